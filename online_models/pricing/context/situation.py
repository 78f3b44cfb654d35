"""What strategies and guardrails see: the offers of one policy at their instants, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from online_models.demand.curves import DemandContext, DemandCurves
from online_models.numerics.special import log
from online_models.pricing.context.gathered import Gathered
from online_models.pricing.learned.seat import Seat
from online_models.pricing.policy.settings import PricingSettings
from online_models.pricing.policy.terms import CompiledPolicy
from online_models.pricing.state.days import CalendarDays
from online_models.pricing.state.identities import Identities
from online_models.pricing.state.labels import Labels
from online_models.pricing.state.ledger import Ledger
from online_models.pricing.state.margins import Margins
from online_models.shop.catalogue import Catalogue
from online_models.shop.competitors import CompetitorPrices
from online_models.shop.quotes import Quotes, lowest_asked

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


class DemandFunction(Protocol):
    """DemandFunction as a function of price."""

    def curves(self, offer: Ints, context: DemandContext) -> DemandCurves:
        """Posterior of log demand per day against price, around the price in force."""


@dataclass(frozen=True, slots=True)
class PricingState:
    """The parts of a partition that a decision reads."""

    catalogue: Catalogue
    rivals: CompetitorPrices
    stock: StockLevels
    demand: DemandFunction
    ledger: Ledger
    identities: Identities
    labels: Labels
    days: CalendarDays
    margins: Margins
    settings: PricingSettings
    #: The trained policy behind the strategy `reinforcement`.
    seat: Seat


class DecisionContext:
    """Offers ruled by the same terms, `rows` and `now` (ms) of shape (n,).

    Columns are gathered when first read. `lowest` and `highest` are the bounds that hold for any
    price of the offer, `reach_low` and `reach_high` those within the pace that is allowed now.
    """

    def __init__(self, world: PricingState, terms: CompiledPolicy, rows: Ints, now: Ints) -> None:
        self.world = world
        self.terms = terms
        self.rows = rows
        self.now = now
        self.lowest = self.reach_low = np.zeros(len(rows), dtype=np.int64)
        self.highest = self.reach_high = self.lowest + NO_CEILING

    def take(self, chosen: NDArray[Any]) -> DecisionContext:
        """The same for some of the offers."""
        part = DecisionContext(self.world, self.terms, self.rows[chosen], self.now[chosen])
        part.lowest, part.highest = self.lowest[chosen], self.highest[chosen]
        part.reach_low, part.reach_high = self.reach_low[chosen], self.reach_high[chosen]
        return part

    def take_known(self, chosen: NDArray[Any]) -> DecisionContext:
        """The same with the curves, if they were asked for: as long as the books say what they said
        then.
        """
        part = self.take(chosen)
        if "curves" in self.__dict__:
            part.__dict__["curves"] = self.curves.take(chosen)
        return part

    def __len__(self) -> int:
        return len(self.rows)

    @Gathered
    def sku(self) -> NDArray[np.int32]:
        """SKU rows."""
        return self.world.catalogue.offers.sku[self.rows]

    @Gathered
    def channel(self) -> NDArray[np.int32]:
        """Channel ids."""
        return self.world.catalogue.offers.channel[self.rows]

    @Gathered
    def cost(self) -> Ints:
        """Unit cost without tax."""
        return self.world.catalogue.offers.cost[self.rows]

    @Gathered
    def fee_ppm(self) -> Ints:
        """Channel fee as a share of the gross price."""
        return self.world.catalogue.offers.fee_ppm[self.rows]

    @Gathered
    def fee_fixed(self) -> Ints:
        """Channel fee per unit."""
        return self.world.catalogue.offers.fee_fixed[self.rows]

    @Gathered
    def tax_ppm(self) -> Ints:
        """Tax on the net price."""
        return self.world.catalogue.skus.tax_ppm[self.sku]

    @Gathered
    def list_price(self) -> Ints:
        """List prices, NO_PRICE where there is none."""
        return self.world.catalogue.skus.list_price[self.sku]

    @Gathered
    def map_price(self) -> Ints:
        """Minimum advertised prices, NO_PRICE where there is none."""
        return self.world.catalogue.skus.map_price[self.sku]

    @Gathered
    def price(self) -> Ints:
        """Prices in force."""
        return self.world.ledger.price[self.rows]

    @Gathered
    def base(self) -> Ints:
        """Regular prices in force."""
        return self.world.ledger.base[self.rows]

    @Gathered
    def home(self) -> Ints:
        """Prices before the competitors pulled; the regular price where they did not."""
        home = self.world.ledger.home[self.rows]
        return np.where(home < 0, self.base, home)

    @Gathered
    def reference(self) -> Ints:
        """The centre of the reference band."""
        if self.terms.reference_price >= 0:
            return np.full(len(self), self.terms.reference_price, dtype=np.int64)
        return self.world.ledger.first[self.rows]

    @Gathered
    def day(self) -> Ints:
        """Calendar days."""
        return self.world.days.number(self.now)

    @Gathered
    def midnight(self) -> Ints:
        """The ends of those days."""
        return self.world.days.midnight_after(self.now)

    @Gathered
    def changed_at(self) -> Ints:
        """Instants of the last changes, ALWAYS where there was none."""
        return self.world.ledger.changed_at[self.rows]

    @Gathered
    def changes_today(self) -> Ints:
        """Numbers of changes on this calendar day."""
        ledger = self.world.ledger
        return np.where(ledger.day[self.rows] == self.day, ledger.changes[self.rows], 0)

    @Gathered
    def on_hand(self) -> Ints:
        """Units in stock, −1 where unknown."""
        return self.world.stock.on_hand[self.rows]

    @Gathered
    def quotes(self) -> Quotes:
        """What the competitors ask."""
        return Quotes.of(self.world.rivals)

    @Gathered
    def rival_price(self) -> Floats:
        """The lowest usable rival price, NaN where there is none."""
        since = self.now - self.world.settings.rival_memory
        return lowest_asked(self.quotes, self.sku, self.channel, since)

    @Gathered
    def curves(self) -> DemandCurves:
        """The posterior of demand against price, without a promotion."""
        none = np.zeros(len(self))
        context = DemandContext(
            self.now, self.base.astype(np.float64), self.rival_price, none, none
        )
        return self.world.demand.curves(self.rows, context)

    @Gathered
    def log_anchor(self) -> Floats:
        """Logarithms of the prices around which the curves are given."""
        return log(self.curves.anchor_price)
