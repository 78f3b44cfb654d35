"""The prices of one partition: what is in force, and what rules it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.journal.outputs import Output
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved, attribute
from online_models.pricing.context.decision_context import DemandFunction, PricingState, StockLevels
from online_models.pricing.decision.rule_names import RuleNames
from online_models.pricing.learned.seat import PolicySeat
from online_models.pricing.personal.book import PersonalBook
from online_models.pricing.policy.settings import PricingSettings
from online_models.pricing.profit.substitutes import unit_profits
from online_models.pricing.records.alerts import feed_silent
from online_models.pricing.state.breakers import Breakers
from online_models.pricing.state.days import CalendarDays
from online_models.pricing.state.history import PriceHistory
from online_models.pricing.state.identities import Identities, Labels
from online_models.pricing.state.kill_switch import KillSwitch, Notes
from online_models.pricing.state.ledger import NONE, Ledger
from online_models.pricing.state.margins import Margins
from online_models.pricing.state.policy_book import PolicyBook
from online_models.pricing.state.promotions import Promoted, Promotions
from online_models.pricing.state.shoppers import Shoppers
from online_models.shop.catalogue import ALWAYS, NEVER, NO_PRICE, Catalogue
from online_models.shop.competitors import CompetitorPrices
from schemas.records.policy.pricing_policies import Policy
from schemas.records.shop.promotions import Promotion

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Pricing:
    """Policies, promotions, prices in force, and what decisions about them rest on.

    `rows` are offer rows of the catalogue; instants are ms, money minor units. Everything is
    mutated in place, by the fold alone. `model_version` is what decisions say of the demand models.
    """

    SAVED = Saved(
        ledger=Part(),
        rule_names=Part(),
        history=Part(),
        promotions=Part(),
        policies=attribute("book", Part()),
        notes=Part(),
        shoppers=Part(),
        personal=attribute("personal", Part(), optional=True),
        kill_switch=Part(),
        silent_channels=dict[str, bool],
        acknowledged_channels=list[str],
        model_version=str,
        reported_silence=int,
        learned_policy=attribute("state.seat", Part()),
        margins=attribute("state.margins", Part()),
        second_hand=attribute("state.second_hand", Part(), optional=True),
        breakers=Part(),
        trade=attribute("state.trade", Part(), optional=True),
        channels=attribute("state.channels", Part(), optional=True),
    )
    DERIVED = ("_offers",)
    TRANSIENT = ("_substitutes",)

    def __init__(
        self,
        catalogue: Catalogue,
        competitors: CompetitorPrices,
        stock: StockLevels,
        demand: DemandFunction,
        settings: PricingSettings,
    ) -> None:
        self.settings = settings
        self.ledger = Ledger()
        self.rule_names = RuleNames(self.ledger)
        self.history = PriceHistory(settings.history_ms)
        self.promotions = Promotions(catalogue)
        self.book = PolicyBook(catalogue, settings)
        self.notes = Notes()
        self.shoppers = Shoppers()
        self.personal = PersonalBook()
        self.breakers = Breakers()
        self.kill_switch = KillSwitch(catalogue, self.ledger, self.notes)
        #: Whether a channel has never acknowledged a price in time, where either is known.
        self.silent_channels: dict[str, bool] = {}
        #: Those that have acknowledged since the last tick: other offers may not see it before.
        self.acknowledged_channels: list[str] = []
        self.model_version = "online"
        #: The last competitor price before a silence that has led to an alert.
        self.reported_silence = ALWAYS
        #: For how many offers there is room.
        self._offers = 0
        #: A version of the catalogue, and whether it names substitutes.
        self._substitutes = (-1, False)
        self.state = PricingState(
            catalogue,
            competitors,
            stock,
            demand,
            self.ledger,
            Identities(catalogue),
            Labels(catalogue),
            CalendarDays(settings.timezone),
            Margins(),
            settings,
            PolicySeat(),
        )

    @property
    def promotion_ids(self) -> list[str]:
        """Ids of promotions by the index that `promotion_in_force` gives."""
        return self.promotions.ids.names

    @property
    def attribute_names(self) -> list[str]:
        """Names of the promotion attributes, by the places that `promotion_in_force` gives."""
        return self.promotions.attribute_names

    def appear(self, rows: Ints, prices: Ints, now: int) -> None:
        """Take down offers with their first price: revision 0, or where it stood for offers that
        had been retired.
        """
        self.grow()
        ledger = self.ledger
        ledger.price[rows] = ledger.regular_price[rows] = ledger.reference_price[rows] = prices
        ledger.pre_match_price[rows] = NO_PRICE
        ledger.price_forced[rows] = False
        instants = np.full(len(rows), now, dtype=np.int64)
        self.history.append(
            ledger.history_entry, rows, instants, prices, prices, ledger.sequence[rows]
        )
        self.catalogue_changed(rows, now)
        self.kill_switch.inherit(rows)

    def unconfirmed(self, rows: Ints) -> NDArray[np.bool_]:
        """Mask of the offers, (n,), whose shop acknowledges its prices, and has neither confirmed
        the last change nor let the time for it pass: it still shows the price before.
        """
        self.grow()
        confirming = [name for name, silent in self.silent_channels.items() if not silent]
        if not confirming:
            return np.zeros(len(rows), np.bool_)
        catalogue = self.state.catalogue
        names = catalogue.channel_names.names
        confirms = np.array([name in confirming for name in names])
        waits: NDArray[np.bool_] = np.not_equal(self.ledger.ack_due[rows], NEVER)
        waits &= confirms[catalogue.offers.channel[rows]]
        return waits

    def deviation(self, rows: Ints) -> Floats:
        """Log prices in force less their means over the draws, (n,), NaN where not drawn."""
        self.grow()
        deviation: Floats = self.ledger.deviation[rows]
        return deviation

    def sold(self, rows: Ints, units: Floats, prices: Floats) -> None:
        """A window closed: units sold at gross prices in minor units (NaN: unknown), (n,)."""
        self.state.margins.learn(self.state.catalogue, rows, units, prices)

    def published(self, decision_id: str) -> tuple[int, int] | None:
        """(offer row, number among the offer's decisions) of a decision made here, else None."""
        self.grow()
        found = self.state.identities.parse(decision_id)
        made = found is not None and 1 <= found[1] <= int(self.ledger.sequence[found[0]])
        return found if made else None

    def restate(self, rows: Ints, prices: Ints, now: int) -> None:
        """The shop shows these prices, whoever set them: they are in force from now on."""
        self.grow()
        ledger = self.ledger
        at = np.full(len(rows), now, dtype=np.int64)
        self.history.append(ledger.history_entry, rows, at, prices, prices, ledger.sequence[rows])
        ledger.price[rows] = ledger.regular_price[rows] = prices
        ledger.price_forced[rows] = False

    def catalogue_changed(self, rows: Ints, now: int) -> None:
        """Find anew which policy and promotions concern offers whose product changed."""
        del now
        self.grow()
        self.promotions.enrol(rows)
        self._rule(rows)
        self.ledger.due[rows[~self.state.catalogue.offers.listed[rows]]] = NEVER

    def put_policy(self, policy_id: str, policy: Policy | None, now: int) -> Ints:
        """Add, change or (None) withdraw a policy; returns the offers to decide anew."""
        del now
        self.grow()
        rows = self.book.put(policy_id, policy)
        return self._rule(rows[self.ledger.price[rows] != NO_PRICE])

    def put_promotion(self, promotion_id: str, promotion: Promotion | None, now: int) -> Ints:
        """Add, change or (None) withdraw a promotion; returns the offers to decide anew."""
        self.grow()
        rows = self.promotions.put(promotion_id, promotion, now)
        priced: Ints = rows[self.ledger.price[rows] != NO_PRICE]
        return priced

    def set_back(self, now: int) -> None:
        """Nothing was decided, or is awaited, since later than `now`, ms; of the days to come none
        has had a change or a draw yet.
        """
        self.grow()
        ledger, history = self.ledger, self.history.entries
        past = ledger.changed_at, ledger.reduced_at, ledger.conflict_reported_ms, ledger.retry_at
        for instants in (*past, ledger.undercut_pause_until, history.time):
            np.minimum(instants, now, out=instants)
        today = int(self.state.days.number(np.array([now]))[0])
        for days in (ledger.changes_day, ledger.drawn_day):
            days[days > today] = -1
        awaited = ledger.ack_due != NEVER
        latest = now + self.settings.ack_timeout_ms
        ledger.ack_due[awaited] = np.minimum(ledger.ack_due[awaited], latest)
        self.reported_silence = min(self.reported_silence, now)
        for part in (self.shoppers, self.personal, self.state.second_hand):
            part.set_back(now)

    def settle(self, now: int) -> None:
        """A tick has come: what happened since the last one may be seen by other offers."""
        self.grow()
        catalogue = self.state.catalogue
        if self._substitutes[0] != catalogue.version:
            self._substitutes = catalogue.version, any(catalogue.substitutes)
        if self._substitutes[1]:
            self.ledger.unit_profit[:] = unit_profits(catalogue, self.ledger.price)
        self.shoppers.settle(self.ledger.regular_price, now)
        if self.state.second_hand.sales:
            self.state.second_hand.settle()
        self.breakers.settle(now)
        self.silent_channels |= dict.fromkeys(self.acknowledged_channels, False)
        self.acknowledged_channels = []

    def may_wait(self, rows: Ints, now: Ints) -> NDArray[np.bool_]:
        """Mask of the offers, (n,), that no competitor's price moves at `now` (ms): their policies
        follow none, or have had their change.
        """
        ledger, slots = self.ledger, self.ledger.policy[rows]
        follows, cooldown, most = self.book.pace
        used = ledger.changes_on_day[rows] >= most[slots]
        used &= ledger.changes_day[rows] == self.state.days.number(now)
        cools = (ledger.changed_at[rows] != ALWAYS) & (
            now < ledger.changed_at[rows] + cooldown[slots]
        )
        return np.asarray(~follows[slots] | used | cools)

    def due(self, now: int) -> Ints:
        """Offers whose time has come, ascending."""
        return np.flatnonzero(self.ledger.due <= now)

    def watch(self, now: int) -> list[Output]:
        """Alerts about the partition as a whole: a feed of competitor prices that fell silent."""
        times = self.state.competitors.entries.time
        if not len(times):
            return []
        latest = int(times.max())
        if now - latest <= self.settings.feed_silence_ms or latest == self.reported_silence:
            return []
        self.reported_silence = latest
        return [feed_silent(latest, now, self.settings.named_part)]

    def promotion_in_force(self, rows: Ints, now: Ints) -> Promoted:
        """What the promotions at `now` (ms) come to, both (n,)."""
        self.grow()
        return self.promotion_below(rows, now, self.ledger.regular_price[rows])

    def promotion_below(self, rows: Ints, now: Ints, base: Ints) -> Promoted:
        """The same at regular prices `base`, (n,)."""
        digits = self.state.catalogue.skus.digits[self.state.catalogue.offers.sku[rows]]
        found = self.promotions.in_force(rows, now, base, digits)
        return Promoted(
            (base - found.price) / np.maximum(base, 1),
            (found.promotion != NONE).astype(np.float64),
            self.promotions.attributes(rows, now),
            found.promotion,
            found.boundary,
        )

    def restored(self) -> None:
        """Make room for the offers of a restored catalogue."""
        self.grow()

    def grow(self) -> None:
        """Make room for what the catalogue gained."""
        offers = self.state.catalogue.offers.size
        if offers == self._offers:
            return
        self.ledger.grow(offers)
        self.state.identities.grow()
        self.state.labels.grow()
        self._offers = offers

    def _rule(self, rows: Ints) -> Ints:
        """Bring the rulings of offers up to date; returns those whose policy or version changed.

        A rollback held by the policy that was is released, and contradictions are reported anew.
        """
        ledger = self.ledger
        slot, why = self.book.rule(rows)
        versions = np.array(self.book.versions, dtype=np.int64)[slot]
        moved = (ledger.policy[rows] != slot) | (ledger.ruling_version[rows] != versions)
        ledger.policy[rows], ledger.ruling_reason[rows] = slot, why
        ledger.ruling_version[rows] = versions
        changed: Ints = rows[moved]
        ledger.rollback_price[changed] = NO_PRICE
        ledger.reported_conflict[changed] = NONE
        return changed
