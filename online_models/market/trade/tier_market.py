"""A market of orders of many sizes: each buyer chooses how much to order from a schedule of breaks.

A buyer's worth of q units is quadratic, α q − α q² / (2 A): a buyer whose units are worth at most α
each would order A (1 − p / α) of them at price p. Small buyers have few other places to go; large
ones have, and so a lower α, with a tail towards none. A buyer orders the quantity, of all tiers,
with the largest surplus, and at another seller where that leaves more. Nothing here is of constant
elasticity.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.batch import FORCED, BatchBuilder, Fact, Kind, SourcePartition
from online_models.market.calendar import day_start
from online_models.numerics.arrays import Floats, Ints

#: Offers of the market, buyers a day of each, and the types that expectations are over.
OFFERS = 4
BUYERS = 30
TYPES = 4000
LARGEST_DISCOUNT = 0.4
POLICY = {
    "policy_id": "tiers",
    "strategy": [{"kind": "keep"}],
    "explore": {"kind": "thompson"},
    "guardrails": {"minimum_margin": "5%"},
    "segments": [{"segment": "b2b", "optimise_breaks": {"largest_discount": LARGEST_DISCOUNT}}],
}
#: (from this quantity, price) in order; the first begins at 1.
Schedule = Sequence[tuple[int, float]]


@dataclass(frozen=True)
class Types:
    """Buyers' largest quantities, what their first unit is worth to them, and the surplus that
    another seller leaves them, (n,) each; money in major units.
    """

    size: Floats
    worth: Floats
    elsewhere: Floats

    def orders(self, schedule: Schedule) -> tuple[Ints, Floats]:
        """Quantities that they order, 0 for none, and the price of a unit, (n,) each."""
        quantity = np.zeros(len(self.size), dtype=np.int64)
        paid = np.full(len(self.size), schedule[0][1])
        best = self.elsewhere.copy()
        for least, price in schedule:
            wanted = np.rint(self.size * (1.0 - price / self.worth))
            wanted = np.maximum(wanted, least)
            surplus = self.worth * (wanted - wanted**2 / (2.0 * self.size)) - price * wanted
            better = surplus > best
            quantity = np.where(better, wanted, quantity).astype(np.int64)
            paid = np.where(better, price, paid)
            best = np.where(better, surplus, best)
        return quantity, paid


class TierMarket:
    """Four offers at a list price of 10.00 that cost 3.50 to 4.50; `seed` makes them."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng([seed, 7])
        self.cost = np.rint(self._rng.uniform(350, 450, OFFERS)) / 100.0
        self._large = self._rng.uniform(0.08, 0.16, OFFERS)
        self._worth = self._rng.uniform(8.5, 10.5, OFFERS)
        self.price = 10.0

    def draw(self, offer: int, number: int) -> Types:
        """Buyers who look at an offer."""
        rng = self._rng
        large = rng.random(number) < self._large[offer]
        size = np.where(large, rng.gamma(3.0, 40.0, number) + 15.0, rng.gamma(2.0, 3.0, number) + 2)
        worth = np.where(
            large,
            self._worth[offer] * np.exp(rng.normal(0.0, 0.15, number)),
            18.0 * np.exp(rng.normal(0.0, 0.2, number)),
        )
        elsewhere = np.where(large, rng.exponential(0.03, number) * worth * size, 0.0)
        return Types(size, worth, elsewhere)

    def profit(self, offer: int, types: Types, schedule: Schedule) -> float:
        """Mean profit of a buyer."""
        quantity, paid = types.orders(schedule)
        return float((quantity * (paid - self.cost[offer])).mean())

    def best_single(self, offer: int, types: Types) -> float:
        """The profit of the best price for everybody, at most the list price."""
        grid = np.arange(0.6, 1.0001, 0.005) * self.price
        return max(self.profit(offer, types, [(1, price)]) for price in grid.tolist())


@dataclass(frozen=True)
class TierTrack:
    """Mean profit of a buyer, (days, offers), and that of the best single price, (offers,); how
    often a schedule could be played against itself.
    """

    earned: Floats
    single: Floats
    breaches: int

    def gain(self, since: int) -> float:
        """Over the best single price, from day `since` on."""
        return float(self.earned[since:].mean(axis=0).sum() / self.single.sum() - 1.0)


def sell(market: TierMarket, days: int) -> TierTrack:
    """Let the fold learn the breaks from each day's orders."""
    fold = Fold(FoldSettings())
    source, place = SourcePartition("facts", 0), 0
    schedules = [{1: market.price} for _ in range(OFFERS)]
    types = [market.draw(offer, TYPES) for offer in range(OFFERS)]
    single = np.array([market.best_single(offer, types[offer]) for offer in range(OFFERS)])
    earned, breaches = np.zeros((days, OFFERS)), 0

    def step(rows: BatchBuilder) -> None:
        for output in fold.step(rows.batch()):
            if output.topic == "price-offers":
                value = json.loads(output.value)
                offer = int(value["sku"][2:])
                schedules[offer][value["minimum_quantity"]] = float(value["price"])

    rows = BatchBuilder()
    facts: list[tuple[str, str | None, Any]] = [("pricing-policies", None, POLICY)]
    for offer in range(OFFERS):
        value = {"sku": f"t-{offer}", "name": "T", "currency": "EUR", "category": "paper"}
        prices = {"price": f"{market.price:.2f}", "cost": f"{market.cost[offer]:.2f}"}
        facts.append(("products", f"t-{offer}", value | prices))
    for topic, key, value in facts:
        detail = rows.fact(Fact(topic, key, json.dumps(value).encode()))
        place += 1
        columns = {"offset": place, "detail": detail, "sku": rows.text(key)}
        rows.add(Kind.FACT, day_start(0), source, **columns)
    rows.add(Kind.TICK, day_start(0), flag=FORCED)
    step(rows)
    for day in range(days):
        rows = BatchBuilder()
        for offer in range(OFFERS):
            schedule = sorted(schedules[offer].items())
            breaches += _breaches(schedule, market.cost[offer] / 0.95, market.price)
            earned[day, offer] = market.profit(offer, types[offer], schedule)
            quantity, paid = market.draw(offer, BUYERS).orders(schedule)
            for units, price in zip(quantity.tolist(), paid.tolist(), strict=True):
                if units:
                    place += 1
                    columns = {
                        "offset": place,
                        "amount": round(100 * price),
                        "count": units,
                        "extra": place,
                        "sku": rows.text(f"t-{offer}"),
                        "channel": rows.text("web"),
                        "currency": rows.text("EUR"),
                        "segment": rows.text("b2b"),
                    }
                    rows.add(Kind.ORDER, day_start(day) + 1000 + place % 1000, source, **columns)
        rows.add(Kind.TICK, day_start(day + 1), flag=FORCED)
        step(rows)
    return TierTrack(earned, single, breaches)


def _breaches(schedule: Schedule, floor: float, public: float) -> int:
    """Ways in which a schedule could be played against itself, or sells too cheaply."""
    found = 0
    before, price = 1, public
    for quantity, unit in schedule:
        added = quantity * unit - before * price
        found += unit > price + 1e-9 or unit < floor - 1e-9
        found += quantity * unit < (quantity - 1) * price - 1e-6
        found += quantity > before and added < floor * (quantity - before) - 1e-6
        before, price = quantity, unit
    return found
