"""Competitors: how each of them sets its prices, and what all of them ask today.

A new way is a class and a line in `COMPETITORS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from online_models.market.assortment import Assortment
from online_models.market.randomness import generator
from online_models.numerics.arrays import Flags, Floats


class CompetitorBehaviour(Protocol):
    """How a competitor sets its prices; all prices in minor units, `first` its own at the start.

    reacts: its prices depend on ours.
    """

    reacts: bool

    def respond(
        self, own: Floats, theirs: Floats, first: Floats, rng: np.random.Generator, /
    ) -> Floats:
        """The competitor's prices tomorrow, shape (n,), having seen `own` today."""
        ...

    def settled(self, own: Floats, theirs: Floats, first: Floats, /) -> Floats:
        """Where its prices come to rest if `own` (shape (…, n)) stays put.

        A competitor that never rests answers with its prices of today.
        """
        ...


#: It follows between these shares of its own first price.
MATCH_LIMITS = (0.8, 1.08)
#: Chance that it reviews an offer on a day.
MATCH_REVIEW = 0.5


class MatchingCompetitor:
    """Follows our price when it reviews an offer."""

    reacts = True

    def respond(
        self, own: Floats, theirs: Floats, first: Floats, rng: np.random.Generator
    ) -> Floats:
        """Ours where reviewed, its own of today elsewhere."""
        reviewed = rng.random(len(own)) < MATCH_REVIEW
        return np.where(reviewed, self.settled(own, theirs, first), theirs)

    def settled(self, own: Floats, _theirs: Floats, first: Floats) -> Floats:
        """Our price within the limits."""
        return np.clip(own, MATCH_LIMITS[0] * first, MATCH_LIMITS[1] * first)


#: It asks this share of our price …
UNDERCUT = 0.97
#: … between these shares of its own first price.
UNDERCUT_LIMITS = (0.75, 1.05)
#: Chance that it reviews an offer on a day.
UNDERCUT_REVIEW = 0.7


class UndercuttingCompetitor:
    """Asks less than we do when it reviews an offer."""

    reacts = True

    def respond(
        self, own: Floats, theirs: Floats, first: Floats, rng: np.random.Generator
    ) -> Floats:
        """Below ours where reviewed, its own of today elsewhere."""
        reviewed = rng.random(len(own)) < UNDERCUT_REVIEW
        return np.where(reviewed, self.settled(own, theirs, first), theirs)

    def settled(self, own: Floats, _theirs: Floats, first: Floats) -> Floats:
        """A little below our price, within the limits."""
        return np.clip(UNDERCUT * own, UNDERCUT_LIMITS[0] * first, UNDERCUT_LIMITS[1] * first)


#: Daily fall; the floor at which it gives up; the top to which it returns (shares of its first).
CYCLE_FALL = 0.985
CYCLE_FLOOR = 0.82
CYCLE_TOP = 1.06
#: The fall of a day varies by this spread (log).
CYCLE_JITTER = 0.005


class CyclingCompetitor:
    """Its prices move whatever we do."""

    reacts = False

    def respond(
        self, own: Floats, theirs: Floats, first: Floats, rng: np.random.Generator
    ) -> Floats:
        """Fallen, or back at the top."""
        fallen = theirs * CYCLE_FALL * np.exp(rng.normal(0.0, CYCLE_JITTER, len(own)))
        return np.where(fallen < CYCLE_FLOOR * first, CYCLE_TOP * first, fallen)

    def settled(self, own: Floats, theirs: Floats, _first: Floats) -> Floats:
        """It never rests: its prices of today."""
        return np.broadcast_to(theirs, own.shape)


#: Chance a day that it wakes for an offer, and the spread (log) of its new price.
SLEEP_WAKES = 0.01
SLEEP_SPREAD = 0.08


class SleepingCompetitor:
    """Keeps its prices, and now and then sets a new one about its first."""

    reacts = False

    def respond(
        self, own: Floats, theirs: Floats, first: Floats, rng: np.random.Generator
    ) -> Floats:
        """Today's, but for the few that it reconsiders."""
        awake = rng.random(len(own)) < SLEEP_WAKES
        return np.where(awake, first * np.exp(rng.normal(0.0, SLEEP_SPREAD, len(own))), theirs)

    def settled(self, own: Floats, theirs: Floats, _first: Floats) -> Floats:
        """Its prices of today."""
        return np.broadcast_to(theirs, own.shape)


#: Share of our offers that a competitor sells, and the spread (log) of its first prices about ours.
COVERAGE = 0.75
PRICE_SPREAD = 0.06
#: Chance that a competitor is out of stock of an offer on a day.
OUT_OF_STOCK = 0.02


class Competitors:
    """Prices of R competitors, shape (R, n), minor units.

    levels: logs of their first prices over ours, shape (n,), NaN where none sells the offer; None
    draws who sells what, and at which price.
    """

    def __init__(
        self,
        behaviours: Mapping[str, CompetitorBehaviour],
        assortment: Assortment,
        seed: int,
        levels: Floats | None = None,
    ) -> None:
        self.names = tuple(behaviours)
        self._behaviours = tuple(behaviours.values())
        self._seed = seed
        n = len(assortment)
        shape = (len(self.names), n)
        self.sells: Flags = np.zeros(shape, dtype=np.bool_)
        self.first: Floats = np.zeros(shape)
        for r, name in enumerate(self.names):
            if levels is not None:
                self.sells[r] = np.isfinite(levels)
                self.first[r] = assortment.first_price * np.exp(np.nan_to_num(levels))
                continue
            rng = generator(seed, f"rival {name}")
            self.sells[r] = rng.random(n) < COVERAGE
            self.first[r] = assortment.first_price * np.exp(rng.normal(0.0, PRICE_SPREAD, n))
        self.reacts = any(behaviour.reacts for behaviour in self._behaviours)
        self.price = self.first.copy()
        self.in_stock = self.sells.copy()

    def lowest(self, own: Floats | None = None) -> tuple[Floats, Floats]:
        """(log of the lowest price in stock over the lowest first price; 1.0 where there is one).

        With `own` (shape (…, n)) it is where the field comes to rest against those prices.
        """
        n = self.price.shape[1]
        if not self.names:
            return np.zeros(n), np.zeros(n)
        prices = [
            self.price[r] if own is None else behaviour.settled(own, self.price[r], self.first[r])
            for r, behaviour in enumerate(self._behaviours)
        ]
        lowest: Floats = np.min(
            [np.where(self.in_stock[r], price, np.inf) for r, price in enumerate(prices)], axis=0
        )
        first = np.where(self.sells, self.first, np.inf).min(axis=0)
        sold: Flags = np.asarray(self.in_stock.any(axis=0))
        ratio: Floats = np.where(sold, lowest, 1.0) / np.where(sold, first, 1.0)
        relative: Floats = np.log(ratio)
        return relative, sold.astype(np.float64)

    def advance(self, day: int, own: Floats) -> None:
        """Let every competitor see today's prices and set tomorrow's."""
        for r, (name, behaviour) in enumerate(zip(self.names, self._behaviours, strict=True)):
            rng = generator(self._seed, f"rival {name}", day + 1)
            answer = behaviour.respond(own, self.price[r], self.first[r], rng)
            self.price[r] = np.maximum(np.rint(answer), 1.0)
            self.in_stock[r] = self.sells[r] & (rng.random(len(own)) >= OUT_OF_STOCK)


COMPETITORS: dict[str, type[CompetitorBehaviour]] = {
    "match": MatchingCompetitor,
    "undercut": UndercuttingCompetitor,
    "cycle": CyclingCompetitor,
    "sleep": SleepingCompetitor,
}
