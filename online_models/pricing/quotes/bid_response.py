"""How likely a quote is won at a price: a hierarchical logistic bid-response, learnt online.

The log odds of winning are linear in the log of the price against the public one, and in the log
of the quote's size. Their coefficients are sums of blocks: one of the whole shop, one of the
customer group, one of each product category, and one of each pair of the two. So a group that is
new begins with what all groups have shown, and departs from it as its own outcomes come.

References: Phillips, "Pricing and Revenue Optimization", 2nd edition 2021, chapter 9 (bid response
and the price that is best under it); Spiegelhalter and Lauritzen, "Sequential updating of
conditional probabilities on directed graphical structures", Networks 20 (1990), for the update of
a logistic regression outcome by outcome; Minka, "Expectation propagation", 2001, section 3.1, for
its moments.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.elementary import exp_one
from online_models.numerics.linear import weighted_columns
from online_models.numerics.special import NINETY_PERCENT, exp, total
from online_models.persistence.kinds import Array
from online_models.persistence.saved import Saved, attribute

Floats = NDArray[np.float64]

#: Log odds at the public price, their fall per tenth of the price, and with the quote's size.
INTERCEPT, PRICE, SIZE = 0, 1, 2
FEATURES = 3
#: A tenth of the price is one unit of the price feature.
PER_TENTH = 10.0
#: At the public price half of the quotes are won, and a tenth off multiplies the odds by e: a weak
#: opinion, which a few dozen outcomes overrule.
_PRIOR_MEAN = (0.0, -1.5, 0.0)
#: Standard deviations of the coefficients: of the shop's block, and of how far groups, categories
#: and pairs depart from what is above them.
_SHOP = (1.5, 0.8, 0.5)
_GROUP = (1.0, 0.6, 0.3)
_CATEGORY = (0.5, 0.3, 0.2)
_PAIR = (0.4, 0.25, 0.15)
#: Of the prior variance of a coefficient, what comes back with every outcome: customers change, and
#: the weight of evidence halves in some 3,000 outcomes (1 / √(drift × information) of a filter at
#: rest, an outcome telling some 0.2).
DRIFT = 3e-7
#: A tenth off is believed to raise the odds by a third at least: a customer who is always lost, at
#: whatever price, would else look like one to whom the price is nothing.
FLATTEST = -0.3
#: Blocks that there is room for: the first that are met. Later groups, categories and pairs are
#: what is above them says.
MOST_BLOCKS = 128
#: Gauss–Hermite nodes and weights for the standard normal density, n = 9 (Abramowitz and Stegun,
#: table 25.10, rescaled).
_NODES = (
    -4.512745863399783,
    -3.20542900285647,
    -2.07684797867783,
    -1.0232556637891326,
    0.0,
    1.0232556637891326,
    2.07684797867783,
    3.20542900285647,
    4.512745863399783,
)
_WEIGHTS = (
    2.2345844007746583e-05,
    0.0027891413212317653,
    0.04991640676521787,
    0.24409750289493895,
    0.40634920634920635,
    0.24409750289493895,
    0.04991640676521787,
    0.0027891413212317653,
    2.2345844007746583e-05,
)
#: π / 8: the variance of the log odds as it flattens their mean probability (MacKay, 1992).
_FLATTENING = 0.39269908169872414


class Bid(NamedTuple):
    """A quote as the model sees it: customer group, shares of its value by category (they add up
    to 1), and the size feature.
    """

    group: str
    shares: Mapping[str, float]
    size: float


class Odds(NamedTuple):
    """Log odds of winning against the price feature x: level + slope x, neither known for sure."""

    level: float
    slope: float
    level_variance: float
    covariance: float
    slope_variance: float

    def mean(self, x: Floats) -> Floats:
        """Mean log odds, (k,)."""
        return self.level + min(self.slope, FLATTEST) * x

    def variance(self, x: Floats) -> Floats:
        """Their variance, (k,)."""
        rest = self.level_variance + (2.0 * self.covariance + self.slope_variance * x) * x
        return np.maximum(rest, 0.0)

    def probability(self, x: Floats) -> Floats:
        """Mean probability of winning, (k,). The approximation goes too far where a quote is all
        but won or lost and little is known: it stays within the interval.
        """
        flattened = logistic(self.mean(x) / np.sqrt(1.0 + _FLATTENING * self.variance(x)))
        return np.clip(flattened, *self.interval(x))

    def interval(self, x: Floats) -> tuple[Floats, Floats]:
        """Its 90 % interval, (k,) each."""
        width = NINETY_PERCENT * np.sqrt(self.variance(x))
        return logistic(self.mean(x) - width), logistic(self.mean(x) + width)


def logistic(x: Floats) -> Floats:
    """1 / (1 + e^−x)."""
    value: Floats = 1.0 / (1.0 + exp(-x))
    return value


class BidResponse:
    """The joint normal posterior of all coefficients, `FEATURES` of each block.

    Blocks are named: the shop "", groups, categories, and pairs of them.
    """

    SAVED = Saved(
        blocks=attribute("_names", list[str]),
        mean=attribute("_mean", Array(np.float64, None)),
        covariance=attribute("_covariance", Array(np.float64, None, None)),
        drift=attribute("_drift", Array(np.float64, None)),
        sizes=attribute("_sizes", dict[str, tuple[int, float]]),
        outcomes=int,
    )
    DERIVED = ("_index",)

    def __init__(self) -> None:
        self._names: list[str] = []
        self._index: dict[str, int] = {}
        self._mean: Floats = np.zeros(0)
        self._covariance: Floats = np.zeros((0, 0))
        self._drift: Floats = np.zeros(0)
        #: Currency → how many quotes there were, and the mean log value of them.
        self._sizes: dict[str, tuple[int, float]] = {}
        self.outcomes = 0

    def restored(self) -> None:
        """Index the blocks."""
        self._index = {name: i for i, name in enumerate(self._names)}

    def size(self, currency: str, log_value: float) -> float:
        """The size feature of a quote of this log value (at public prices); it then counts among
        the quotes of its currency.
        """
        number, mean = self._sizes.get(currency, (0, log_value))
        number += 1
        mean += (log_value - mean) / min(number, 1000)
        self._sizes[currency] = number, mean
        return min(max((log_value - mean) / 3.0, -2.0), 2.0)

    def odds(self, bid: Bid) -> Odds:
        """The log odds of winning it at any price."""
        self._meet(bid)
        places, weights = self._active(bid)
        level = slope = 0.0
        # what depends on the price, and what does not, as rows over the coefficients
        rows = np.zeros((2, len(places)))
        for i, (at, weight) in enumerate(zip(places, weights, strict=True)):
            part = at % FEATURES
            value = weight * bid.size if part == SIZE else weight
            rows[int(part == PRICE), i] = value
            if part == PRICE:
                slope += value * float(self._mean[at])
            else:
                level += value * float(self._mean[at])
        among = self._covariance[np.ix_(places, places)]
        v0, v1, v2 = (_form(among, rows[i], rows[j]) for i, j in ((0, 0), (0, 1), (1, 1)))
        return Odds(level, slope, v0, v1, v2)

    def learn(self, bid: Bid, x: float, won: bool) -> None:
        """Take in what became of a quote at price feature `x`.

        The log odds are normal before; their mean and variance after are exact (by quadrature),
        and the coefficients follow as in a Kalman filter.
        """
        self._meet(bid)
        places, weights = self._active(bid)
        features = (1.0, x, bid.size)
        row = np.array(
            [weight * features[at % FEATURES] for at, weight in zip(places, weights, strict=True)]
        )
        self._covariance[places, places] += self._drift[places]
        gain = weighted_columns(row, self._covariance[places])
        mean = total(row * self._mean[places])
        variance = total(row * gain[places])
        after, left = _moments(mean, variance, won)
        self._mean += gain * ((after - mean) / variance)
        shrink = (variance - left) / (variance * variance)
        self._covariance -= gain[:, None] * (gain * shrink)[None, :]
        self.outcomes += 1

    def _meet(self, bid: Bid) -> None:
        """Give the blocks that speak for a bid room, as far as there is any."""
        for name, deviations in _blocks_of(bid):
            if name in self._index or len(self._names) >= MOST_BLOCKS:
                continue
            self._index[name] = len(self._names)
            self._names.append(name)
            prior = np.array(deviations) * np.array(deviations)
            n = len(self._mean)
            self._covariance = np.pad(self._covariance, (0, FEATURES))
            self._covariance[np.arange(n, n + FEATURES), np.arange(n, n + FEATURES)] = prior
            means = (0.0,) * FEATURES if name else _PRIOR_MEAN
            self._mean = np.append(self._mean, means)
            self._drift = np.append(self._drift, DRIFT * prior)

    def _active(self, bid: Bid) -> tuple[list[int], list[float]]:
        """Places among the coefficients of the blocks that speak for a bid, and their weights."""
        places: list[int] = []
        weights: list[float] = []
        for name, _ in _blocks_of(bid):
            block = self._index.get(name)
            if block is not None:
                share = 1.0 if name.count("\0") < 2 else bid.shares[name.split("\0")[0]]
                places += range(block * FEATURES, block * FEATURES + FEATURES)
                weights += [share] * FEATURES
        return places, weights


def _blocks_of(bid: Bid) -> list[tuple[str, tuple[float, ...]]]:
    """(name, deviations of its prior) of the blocks that speak for a bid."""
    found: list[tuple[str, tuple[float, ...]]] = [("", _SHOP), (f"\0{bid.group}", _GROUP)]
    for category in bid.shares:
        found.append((f"{category}\0\0", _CATEGORY))
        found.append((f"{category}\0\0{bid.group}", _PAIR))
    return found


def _form(matrix: Floats, left: Floats, right: Floats) -> float:
    """leftᵀ M right, summed in order."""
    return total(left * weighted_columns(right, matrix))


def _moments(mean: float, variance: float, won: bool) -> tuple[float, float]:
    """Mean and variance of the log odds after the outcome."""
    deviation = sqrt(variance)
    mass = first = second = 0.0
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        odds = mean + deviation * node
        likely = weight / (1.0 + exp_one(-odds if won else odds))
        mass += likely
        first += likely * node
        second += likely * node * node
    first /= mass
    second /= mass
    return mean + deviation * first, variance * max(second - first * first, 1e-3)
