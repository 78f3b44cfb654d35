"""What used things are worth: a hedonic model of log prices, learnt from sales and asking prices.

References: Rosen, "Hedonic prices and implicit markets", Journal of Political Economy 82 (1974).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from online_models.numerics.elementary import exp_one
from online_models.numerics.special import NINETY_PERCENT
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved, attribute
from online_models.second_hand.features import FeatureRow, Weights
from online_models.second_hand.item import BASE, Feature, Item, levels, value_features
from online_models.shop.catalogue import PPM

#: Features of all things together.
MOST_FEATURES = 400
#: Asking prices lie above what is paid, by a share that is learnt.
ASKED = Feature("asked", "asked", 1.0, 0.2)
ASKED_ABOVE = 0.05
#: Log prices scatter by that much, squared, before anything is known of it; and the bounds.
SOLD_NOISE, ASKED_NOISE = 0.04, 0.09
LEAST_NOISE, MOST_NOISE = 1e-4, 1.0
#: Observations over which the scatter is averaged, once there are so many.
NOISE_MEMORY = 300
#: Of a day, the share of a weight's first variance by which it may move: some 5 % in a year.
DRIFT = 1e-5
#: Nothing is said of a thing whose log value is not known to that standard deviation.
FAMILIAR = 0.45
#: Log minor units of the largest price (10^15), and of the smallest.
_HIGHEST = 34.0


class Estimate(NamedTuple):
    """The log value of a thing in minor units: mean, and the variances of the mean and of single
    sales around it.
    """

    mean: float
    variance: float
    scatter: float

    @property
    def familiar(self) -> bool:
        """Whether enough is known of things like it to say anything."""
        return self.variance <= FAMILIAR * FAMILIAR

    def bounds(self) -> tuple[int, int]:
        """Between which prices nine of ten such things sell, minor units."""
        width = NINETY_PERCENT * float(np.sqrt(self.variance + self.scatter))
        return minor_of(self.mean - width), minor_of(self.mean + width)


class Factors(NamedTuple):
    """A value as a product: the price of a usual thing of its category in minor units, and by group
    what the thing's own features make of it, in parts per million, one after the other.
    """

    base: int
    parts: tuple[tuple[str, int], ...]


class ValueModel:
    """The model. `sales` counts the sales learnt of each category and those below it."""

    SAVED = Saved(
        weights=Part(),
        noise=list[float],
        learnt=list[int],
        sales=dict[str, int],
        typical=attribute("_typical", dict[str, tuple[float, int]]),
    )

    def __init__(self) -> None:
        self.weights = Weights(MOST_FEATURES)
        #: Of sales, and of asking prices.
        self.noise = [SOLD_NOISE, ASKED_NOISE]
        self.learnt = [0, 0]
        self.sales: dict[str, int] = {}
        #: Number → its mean over the things seen, and their number.
        self._typical: dict[str, tuple[float, int]] = {}

    def row(self, thing: Item, *, add: bool) -> FeatureRow:
        """The thing's features by the numbers of the model."""
        return self.weights.row(value_features(thing), add=add)

    def estimate(self, row: FeatureRow) -> Estimate:
        """What it is worth when sold."""
        mean, variance = self.weights.predict(row)
        return Estimate(mean, variance, self.noise[0])

    def sold(self, thing: Item, row: FeatureRow, log_price: float) -> None:
        """Learn from a sale."""
        for path in levels(thing.category):
            self.sales[path] = self.sales.get(path, 0) + 1
        self._learn(0, row, log_price)

    def asked(self, row: FeatureRow, log_price: float) -> None:
        """Learn from what a seller asks: less sure, and above what is paid."""
        extra = self.weights.row([ASKED], mean=ASKED_ABOVE)
        rows = np.concatenate([row.rows, extra.rows])
        values = np.concatenate([row.values, extra.values])
        self._learn(1, FeatureRow(rows, values, row.unknown + extra.unknown), log_price)

    def seen(self, thing: Item) -> None:
        """Note which numbers are usual."""
        for feature in value_features(thing):
            if feature.name.startswith("number "):
                mean, number = self._typical.get(feature.name, (0.0, 0))
                mean += (feature.value - mean) / (number + 1)
                self._typical[feature.name] = mean, number + 1

    def drift(self) -> None:
        """A day has passed."""
        self.weights.drift(DRIFT)

    def factors(self, thing: Item) -> Factors:
        """The value of a thing, part by part."""
        index, mean = self.weights.index, self.weights.belief.mean
        base = 0.0
        parts: dict[str, float] = {}
        for feature in value_features(thing):
            row = index.get(feature.name, -1)
            if row < 0:
                continue
            weight = float(mean[row])
            if feature.group == BASE:
                base += weight * feature.value
                continue
            usual, _ = self._typical.get(feature.name, (0.0, 0))
            base += weight * usual
            parts[feature.group] = parts.get(feature.group, 0.0) + weight * (feature.value - usual)
        found = [(group, round(PPM * exp_one(_within(log)))) for group, log in parts.items()]
        return Factors(minor_of(base), tuple(found))

    def _learn(self, kind: int, row: FeatureRow, log_price: float) -> None:
        belief = self.weights.belief
        mean, variance = self.weights.predict(row)
        weight = belief.learn(row.rows, row.values, log_price, self.noise[kind] + row.unknown)
        self.learnt[kind] += 1
        residual = log_price - mean
        square = min(weight * residual * residual, MOST_NOISE)
        # what the belief itself did not know is no scatter
        share = self.noise[kind] / (self.noise[kind] + variance)
        pace = share / min(self.learnt[kind] + 20, NOISE_MEMORY)
        found = self.noise[kind] + pace * (square * share - self.noise[kind])
        self.noise[kind] = min(max(found, LEAST_NOISE), MOST_NOISE)


def minor_of(log_price: float) -> int:
    """A log price as minor units, one at least."""
    return max(round(exp_one(min(max(log_price, 0.0), _HIGHEST))), 1)


def _within(log: float) -> float:
    return min(max(log, -10.0), 10.0)
