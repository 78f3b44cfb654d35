"""What strategies and guardrails see: the offers of one policy at their instants, as columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from online_models.demand.curves import DemandContext, DemandCurves
from online_models.numerics.arrays import filled
from online_models.numerics.special import log
from online_models.pricing.learned.seat import PolicySeat
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.pricing.policy.settings import PricingSettings
from online_models.pricing.state.days import CalendarDays
from online_models.pricing.state.identities import Identities, Labels
from online_models.pricing.state.ledger import Ledger
from online_models.pricing.state.margins import Margins
from online_models.pricing.trade.books import TradeBooks
from online_models.pricing.trade.channel_books import ChannelBooks
from online_models.second_hand.second_hand import UsedStock
from online_models.shop.catalogue import Catalogue
from online_models.shop.competitors import CompetitorPrices
from online_models.shop.quotes import Quotes, lowest_asked
from schemas.values.limits import LARGEST_AMOUNT

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Above every price: no ceiling. Below every price: no floor.
NO_CEILING = 1 << 60
NO_FLOOR = 0


class StockLevels(Protocol):
    """What is left to sell."""

    @property
    def on_hand(self) -> Ints:
        """Units per offer row, −1 where unknown."""

    def inbound(self, row: int) -> list[tuple[int, int]]:
        """(quantity, expected at) of what is on its way to an offer, soonest first."""

    def until_delivery(self, rows: Ints, now: Ints) -> Ints:
        """ms until the next delivery is to be expected by those that came, (n,)."""

    def shared_units(self, row: int) -> int:
        """Units that an offer shares with the other channels of its product."""


class DemandFunction(Protocol):
    """DemandFunction as a function of price."""

    def curves(self, offer: Ints, context: DemandContext) -> DemandCurves:
        """Posterior of log demand per day against price, around the price in force."""


@dataclass(frozen=True, slots=True)
class PricingState:
    """The parts of a partition that a decision reads."""

    catalogue: Catalogue
    competitors: CompetitorPrices
    stock: StockLevels
    demand: DemandFunction
    ledger: Ledger
    identities: Identities
    labels: Labels
    days: CalendarDays
    margins: Margins
    settings: PricingSettings
    #: The trained policy behind the strategy `reinforcement`.
    seat: PolicySeat
    #: What is known of used goods, and which products are used.
    second_hand: UsedStock = field(default_factory=UsedStock)
    trade: TradeBooks = field(default_factory=TradeBooks)
    channels: ChannelBooks = field(default_factory=ChannelBooks)


@dataclass(frozen=True, slots=True)
class LegalRange:
    """Prices that guardrails leave, minor units, (n,): `lowest` to `highest` for any price of the
    offer, `reach_low` to `reach_high` within the pace that is allowed now.
    """

    lowest: Ints
    highest: Ints
    reach_low: Ints
    reach_high: Ints

    @classmethod
    def unbounded(cls, n: int) -> LegalRange:
        """Any price, for n offers."""
        low, high = filled(n, NO_FLOOR), filled(n, NO_CEILING)
        return cls(low, high, low, high)

    def take(self, chosen: NDArray[Any]) -> LegalRange:
        """Those of some of the offers."""
        return LegalRange(
            self.lowest[chosen],
            self.highest[chosen],
            self.reach_low[chosen],
            self.reach_high[chosen],
        )


class DecisionContext:
    """Offers ruled by the same terms, `rows` and `now` (ms) of shape (n,), and what guardrails
    leave of their prices; of the time before their decisions are entered.
    """

    def __init__(
        self,
        state: PricingState,
        terms: CompiledPolicy,
        rows: Ints,
        now: Ints,
        legal: LegalRange | None = None,
        curves: DemandCurves | None = None,
    ) -> None:
        self.state = state
        self.terms = terms
        self.rows = rows
        self.now = now
        #: The highest price that can be said, minor units.
        self.largest = LARGEST_AMOUNT * int(10**terms.digits)
        self.legal = LegalRange.unbounded(len(rows)) if legal is None else legal
        self._curves = curves
        self._quotes: Quotes | None = None
        offers, ledger = state.catalogue.offers, state.ledger
        self.sku: NDArray[np.int32] = offers.sku[rows]
        self.channel: NDArray[np.int32] = offers.channel[rows]
        #: Unit cost without tax, the channel's part of the gross price and of every unit, and tax
        #: on the net price.
        self.cost: Ints = offers.cost[rows]
        self.fee_ppm: Ints = offers.fee_ppm[rows]
        self.fee_fixed: Ints = offers.fee_fixed[rows]
        self.tax_ppm: Ints = state.catalogue.skus.tax_ppm[self.sku]
        #: Prices in force, regular ones, and those before the competitors pulled: the regular ones
        #: where they did not.
        self.price: Ints = ledger.price[rows]
        self.regular_price: Ints = ledger.regular_price[rows]
        self.pre_match_price: Ints = ledger.pre_match_price[rows]
        away = self.pre_match_price < 0
        self.pre_match_price[away] = self.regular_price[away]
        #: Instants of the last changes, ALWAYS where there was none.
        self.changed_at: Ints = ledger.changed_at[rows]

    def within(self, legal: LegalRange) -> DecisionContext:
        """The same offers with their prices bounded."""
        bounded = self._copy()
        bounded.legal = legal
        return bounded

    def believing(self, curves: DemandCurves) -> DecisionContext:
        """The same offers with other curves of their demand."""
        other = self._copy()
        other._curves = curves
        return other

    def _copy(self) -> DecisionContext:
        other = object.__new__(DecisionContext)
        other.__dict__.update(self.__dict__)
        return other

    def take(self, chosen: NDArray[Any]) -> DecisionContext:
        """The same for some of the offers; what is known of their demand is kept."""
        return DecisionContext(
            self.state,
            self.terms,
            self.rows[chosen],
            self.now[chosen],
            self.legal.take(chosen),
            None if self._curves is None else self._curves.take(chosen),
        )

    def reread(self, chosen: NDArray[Any]) -> DecisionContext:
        """Some of the offers as the books say now, when their decisions are entered."""
        return DecisionContext(self.state, self.terms, self.rows[chosen], self.now[chosen])

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def list_price(self) -> Ints:
        """List prices, NO_PRICE where there is none."""
        return self.state.catalogue.skus.list_price[self.sku]

    @property
    def map_price(self) -> Ints:
        """Minimum advertised prices, NO_PRICE where there is none."""
        return self.state.catalogue.skus.map_price[self.sku]

    @property
    def reference(self) -> Ints:
        """The centre of the reference band."""
        if self.terms.reference_price >= 0:
            return np.full(len(self), self.terms.reference_price, dtype=np.int64)
        return self.state.ledger.reference_price[self.rows]

    @property
    def day(self) -> Ints:
        """Calendar days."""
        return self.state.days.number(self.now)

    @property
    def midnight(self) -> Ints:
        """The ends of those days."""
        return self.state.days.midnight_after(self.now)

    @property
    def changes_today(self) -> Ints:
        """Numbers of changes on this calendar day."""
        ledger = self.state.ledger
        return np.where(
            ledger.changes_day[self.rows] == self.day, ledger.changes_on_day[self.rows], 0
        )

    @property
    def on_hand(self) -> Ints:
        """Units in stock, −1 where unknown."""
        return self.state.stock.on_hand[self.rows]

    @property
    def quotes(self) -> Quotes:
        """What the competitors ask of these offers; looked up once."""
        if self._quotes is None:
            self._quotes = Quotes.of(self.state.competitors, self.sku, self.channel)
        return self._quotes

    @property
    def competitor_price(self) -> Floats:
        """The lowest usable competitor price, NaN where there is none."""
        since = self.now - self.state.settings.competitor_memory_ms
        return lowest_asked(self.quotes, since)

    @property
    def curves(self) -> DemandCurves:
        """The posterior of demand against price, without a promotion; worked out once."""
        if self._curves is None:
            none, base = np.zeros(len(self)), self.regular_price.astype(np.float64)
            asked = DemandContext(self.now, base, self.competitor_price, none, none)
            self._curves = self.state.demand.curves(self.rows, asked)
        return self._curves

    @property
    def log_anchor(self) -> Floats:
        """Logarithms of the prices around which the curves are given."""
        return log(self.curves.anchor_price)
