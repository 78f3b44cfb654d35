"""Effects on demand that change by the day; a new one is a class and a line in `EFFECTS`."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from online_models.market.assortment import Assortment
from online_models.market.calendar import day_start, weekday
from online_models.market.demand.index import Shift
from online_models.market.randomness import generator
from online_models.numerics.arrays import Floats


class DemandEffect(Protocol):
    """A part of the demand index that changes by the day.

    stateful: today's prices change tomorrow's shift; such an effect vanishes when prices stay put.
    """

    stateful: bool

    def __init__(self, assortment: Assortment, seed: int, /) -> None: ...

    def shift(self, day: int, /) -> Shift:
        """Today's part of the index; the same until `advance`."""
        ...

    def advance(self, day: int, coordinate: Floats, /) -> None:
        """End the day, whose prices had the given coordinate, shape (n,)."""
        ...

    def announce(self, day: int, /) -> list[dict[str, Any]]:
        """Records of topic `promotions` that become known on this day."""
        ...


#: Visitors by weekday, Monday first, relative to the mean day.
WEEKDAY_TRAFFIC = np.log(np.array([0.85, 0.85, 0.9, 0.95, 1.1, 1.3, 1.05]))
#: Largest amplitude (log) of a category's year.
YEAR_AMPLITUDE = 0.35


class Season:
    """Traffic follows the weekday; each category's taste follows a sine of the year."""

    stateful = False

    def __init__(self, assortment: Assortment, seed: int) -> None:
        rng = generator(seed, "season")
        count = len(assortment.categories)
        self._amplitude = rng.uniform(0.0, YEAR_AMPLITUDE, count)[assortment.category]
        self._phase = rng.uniform(0.0, 2.0 * np.pi, count)[assortment.category]

    def shift(self, day: int) -> Shift:
        """Weekday traffic and the year's taste."""
        year = 2.0 * np.pi * day / 365.25
        return Shift(
            traffic=float(WEEKDAY_TRAFFIC[weekday(day)]),
            taste=self._amplitude * np.sin(year + self._phase),
        )

    def advance(self, _day: int, _coordinate: Floats) -> None:
        """The calendar needs no state."""

    def announce(self, _day: int) -> list[dict[str, Any]]:
        """Nobody announces the season."""
        return []


#: Daily step (log) of an offer's level, and of its sensitivity relative to its elasticity.
LEVEL_STEP = 0.015
SLOPE_STEP = 0.012
#: Chance a day that an offer jumps, and the spread of the jump in level and relative sensitivity.
JUMP_CHANCE = 0.002
JUMP_LEVEL = 0.4
JUMP_SLOPE = 0.15
#: Relative change of the sensitivity stays within this.
SLOPE_LIMIT = 0.35
#: Mean reversion per day, so that a market of several years stays one.
REVERSION = 0.003


class TasteDrift:
    """A mean-reverting random walk with rare jumps, in level and in sensitivity."""

    stateful = False

    def __init__(self, assortment: Assortment, seed: int) -> None:
        self._seed = seed
        self._elasticity = assortment.elasticity
        self._level = np.zeros(len(assortment))
        self._slope = np.zeros(len(assortment))

    def shift(self, _day: int) -> Shift:
        """The level as taste, the sensitivity's change as slope."""
        return Shift(taste=self._level, slope=self._elasticity * self._slope)

    def advance(self, day: int, _coordinate: Floats) -> None:
        """One step of the walk; the prices play no part."""
        rng = generator(self._seed, "drift", day)
        size = len(self._level)
        jumps = rng.random(size) < JUMP_CHANCE
        step = rng.normal(0.0, LEVEL_STEP, size) + jumps * rng.normal(0.0, JUMP_LEVEL, size)
        turn = rng.normal(0.0, SLOPE_STEP, size) + jumps * rng.normal(0.0, JUMP_SLOPE, size)
        self._level = (1.0 - REVERSION) * self._level + step
        slope = (1.0 - REVERSION) * self._slope + turn
        self._slope = np.clip(slope, -SLOPE_LIMIT, SLOPE_LIMIT)

    def announce(self, _day: int) -> list[dict[str, Any]]:
        """Nobody announces a change of taste."""
        return []


#: Spread (log) of the shop's traffic and its persistence from day to day.
TRAFFIC_SPREAD = 0.12
TRAFFIC_PERSISTENCE = 0.5
#: Spread (log) of a category's week.
WEEK_SPREAD = 0.2


class SharedShocks:
    """An autoregressive shock to traffic, and one to each category's taste every week.

    Expected profit is that of the day with its shock known: so is the clairvoyant's.
    """

    stateful = False

    def __init__(self, assortment: Assortment, seed: int) -> None:
        self._seed = seed
        self._category = assortment.category
        self._count = len(assortment.categories)
        self._traffic = 0.0

    def shift(self, day: int) -> Shift:
        """Both shocks, each with mean one as a multiplier."""
        week = generator(self._seed, "week", day // 7).normal(0.0, WEEK_SPREAD, self._count)
        taste = week - 0.5 * WEEK_SPREAD**2
        return Shift(traffic=self._traffic - 0.5 * TRAFFIC_SPREAD**2, taste=taste[self._category])

    def advance(self, day: int, _coordinate: Floats) -> None:
        """Draw tomorrow's traffic."""
        fresh = generator(self._seed, "traffic", day).normal(0.0, TRAFFIC_SPREAD)
        kept = TRAFFIC_PERSISTENCE * self._traffic
        self._traffic = float(kept + np.sqrt(1.0 - TRAFFIC_PERSISTENCE**2) * fresh)

    def announce(self, _day: int) -> list[dict[str, Any]]:
        """Shocks come unannounced."""
        return []


#: Share of the remembered price that yesterday's price replaces.
MEMORY_STEP = 0.06
#: Sensitivity to the gap between price and reference, as a share of the own elasticity.
GAP_SHARE = 0.5


class ReferencePrice:
    """The index gains γ (reference − price): cheap against memory sells more.

    The reference is an exponential average of past prices (Popescu and Wu 2007, loss-neutral),
    kept in the curve's price coordinate. Prices that stay put have no gap.
    """

    stateful = True

    def __init__(self, assortment: Assortment, _seed: int) -> None:
        self._gap = GAP_SHARE * assortment.elasticity
        self.reference = np.zeros(len(assortment))

    def shift(self, _day: int) -> Shift:
        """γ · reference as taste, γ as slope."""
        return Shift(taste=self._gap * self.reference, slope=self._gap)

    def advance(self, _day: int, coordinate: Floats) -> None:
        """Memory moves towards today's price."""
        self.reference = self.reference + MEMORY_STEP * (coordinate - self.reference)

    def announce(self, _day: int) -> list[dict[str, Any]]:
        """Memory is silent."""
        return []


#: Share of the usual price that yesterday's price replaces.
USUAL_STEP = 0.1
#: Extra sensitivity to a price off the usual one, as a share of the own elasticity.
BUYING_AHEAD = 0.4
#: Share of the pantry left after a day, and how much of the bought-ahead demand it withholds.
PANTRY_LEFT = 0.85
WITHHELD = 0.12


class Stockpiling:
    """The index gains γ (usual − price) − pantry; the pantry fills by c γ (usual − price)⁺.

    `WITHHELD` ≈ 1 − `PANTRY_LEFT`: what a short cut sells ahead is mostly demand that is missing
    afterwards. Prices that stay put become the usual ones and leave the pantry empty.
    """

    stateful = True

    def __init__(self, assortment: Assortment, _seed: int) -> None:
        self._ahead = BUYING_AHEAD * assortment.elasticity
        self._usual = np.zeros(len(assortment))
        self.pantry = np.zeros(len(assortment))

    def shift(self, _day: int) -> Shift:
        """Buying ahead as slope against the usual price; the pantry as lost taste."""
        return Shift(taste=self._ahead * self._usual - self.pantry, slope=self._ahead)

    def advance(self, _day: int, coordinate: Floats) -> None:
        """Fill and empty the pantry; the usual price follows."""
        bought = self._ahead * np.maximum(0.0, self._usual - coordinate)
        self.pantry = PANTRY_LEFT * self.pantry + WITHHELD * bought
        self._usual = self._usual + USUAL_STEP * (coordinate - self._usual)

    def announce(self, _day: int) -> list[dict[str, Any]]:
        """Pantries are silent."""
        return []


#: Share of the offers advertised in a week.
ADVERTISED = 0.08
#: Mean lift (log) of an advertisement and its spread over offers.
LIFT = 0.5
LIFT_SPREAD = 0.15
#: An advertised offer is more price-sensitive by this share of its elasticity.
SHARPER = 0.2


class Advertising:
    """Every week another set of offers is advertised: a promotion of 0 %, with `display: 1`."""

    stateful = False

    def __init__(self, assortment: Assortment, seed: int) -> None:
        self._seed = seed
        self._skus = assortment.skus
        self._elasticity = assortment.elasticity
        self._lift = generator(seed, "lift").normal(LIFT, LIFT_SPREAD, len(assortment))

    def shift(self, day: int) -> Shift:
        """Lift and sharper sensitivity of the week's offers."""
        shown = self._shown(day // 7)
        return Shift(taste=self._lift * shown, slope=SHARPER * self._elasticity * shown)

    def advance(self, _day: int, _coordinate: Floats) -> None:
        """The plan is drawn by week."""

    def announce(self, day: int) -> list[dict[str, Any]]:
        """The week's advertisement, known on its first day."""
        if day % 7:
            return []
        shown = np.flatnonzero(self._shown(day // 7))
        return [
            {
                "promotion_id": f"week-{day // 7}",
                "select": {"skus": [self._skus[i] for i in shown]},
                "starts_at": day_start(day),
                "ends_at": day_start(day + 7),
                "discount": {"percent": "0%"},
                "kind": "campaign",
                "attributes": {"display": 1},
            }
        ]

    def _shown(self, week: int) -> Floats:
        rng = generator(self._seed, "advertised", week)
        return (rng.random(len(self._skus)) < ADVERTISED).astype(np.float64)


EFFECTS: dict[str, type[DemandEffect]] = {
    "season": Season,
    "drift": TasteDrift,
    "shock": SharedShocks,
    "reference": ReferencePrice,
    "pantry": Stockpiling,
    "advertising": Advertising,
}
