"""What a discount does to the units that a customer buys, learnt from what was and was not offered.

Units while an offer holds are a multiple of those that the customer's own past lets expect. The
multiple is learnt for each depth (0: nothing is offered) by cluster of customers and by how often
the customer buys the offer anyway, each shrunk to all clusters together, those to all customers,
and these to an opinion; the category moves it, shrunk to 1. Which depth a customer is offered is
drawn now and then, and who is held out is offered nothing: so the difference between two depths is
their effect, whatever the past is worth.

Gamma–Poisson shrinkage: the mean of a Gamma posterior with the parent as its prior's mean (Gelman
and others, "Bayesian Data Analysis", 3rd edition, section 2.6). Radcliffe and Surry, "Real-world
uplift modelling with significance-based uplift trees", 2011, for why the effect is what pays.
"""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.elementary import exp_one, log_one
from online_models.numerics.special import total
from online_models.persistence.kinds import Array
from online_models.persistence.saved import Saved, attribute
from online_models.pricing.personal.sensitivity import CLUSTERS

#: Shares off at which the multiple is learnt; between two it is a straight line.
DEPTHS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5)
#: Units expected while an offer holds at which the next class of habits begins.
HABIT_EDGES = (0.2, 0.5)
HABITS = len(HABIT_EDGES) + 1
#: The opinion to begin with: units rise with the price's power, by cluster. The least sensitive are
#: not worth a discount, the most sensitive are at usual margins.
_ELASTICITY = (1.0, 1.5, 2.2, 3.2, 4.5)
_OPINION = [[exp_one(-power * log_one(1.0 - depth)) for depth in DEPTHS] for power in _ELASTICITY]
#: The cluster of those who are moved as everybody is.
_USUAL = 2
#: Expected units that the data must outweigh: of all customers, of a cluster, of its customers of a
#: habit, of a category.
_SHRUNK, _SHRUNK_CLUSTER, _SHRUNK_HABIT, _SHRUNK_CATEGORY = 10.0, 20.0, 80.0, 80.0
#: What is learnt weighs half after half a year.
_KEPT = 0.9962
#: Units of one customer that count while an offer holds: one bulk order says little of others.
MOST_UNITS = 5.0

Floats = NDArray[np.float64]
CategorySums = tuple[tuple[float, float], tuple[float, float]]
_NOTHING: CategorySums = ((0.0, 0.0), (0.0, 0.0))
#: No category row: the sums of all.
_EVERY_CATEGORY = -2


def habit(usual: float) -> int:
    """The class of a customer who buys so many units anyway while an offer holds."""
    return bisect_right(HABIT_EDGES, usual)


class PersonalResponse:
    """Units bought, and units that the customers' past let expect, by cluster, habit and depth."""

    SAVED = Saved(
        bought=Array(np.float64, CLUSTERS, HABITS, len(DEPTHS)),
        expected=Array(np.float64, CLUSTERS, HABITS, len(DEPTHS)),
        categories=attribute("_categories", dict[int, CategorySums]),
    )
    #: Worked out anew at every tick, before it is used.
    TRANSIENT = ("_usual", "_multiple", "_doubt", "_all")

    def __init__(self) -> None:
        shape = CLUSTERS, HABITS, len(DEPTHS)
        self.bought: Floats = np.zeros(shape)
        self.expected: Floats = np.zeros(shape)
        #: Category row → units, and those that were expected, where nothing was offered, and where
        #: something was.
        self._categories: dict[int, CategorySums] = {}
        self._all = 1.0
        #: Multiples of all customers by (habit, depth), and by (cluster, habit, depth).
        self._usual: list[list[float]] = []
        self._multiple: list[list[list[float]]] = []
        #: By (cluster, depth): standard deviation of a multiple as a share of it.
        self._doubt: list[list[float]] = []
        self.refresh()

    def refresh(self) -> None:
        """Work out the multiples of what is known now: they stay until the next call."""
        bought, expected = self.bought.tolist(), self.expected.tolist()
        self._all = (total(self.bought) + _SHRUNK) / (total(self.expected) + _SHRUNK)
        depths, clusters, habits = range(len(DEPTHS)), range(CLUSTERS), range(HABITS)

        def sums(k: int, d: int) -> tuple[float, float]:
            return sum(bought[k][h][d] for h in habits), sum(expected[k][h][d] for h in habits)

        # 1. how much more or less a cluster buys than its past and the opinion say, at all depths
        level = []
        for k in clusters:
            both = [sums(k, d) for d in depths]
            said = sum(both[d][1] * _OPINION[k][d] for d in depths)
            level.append((sum(each[0] for each in both) + _SHRUNK) / (said + _SHRUNK))
        # 2. how much more or less at a depth, over all clusters
        moved = []
        for d in depths:
            both = [sums(k, d) for k in clusters]
            said = sum(both[k][1] * level[k] * _OPINION[k][d] for k in clusters)
            moved.append((sum(each[0] for each in both) + _SHRUNK) / (said + _SHRUNK))
        # 3. a cluster at a depth, and with it, over all clusters, those of a habit
        mean = []
        self._doubt = []
        for k in clusters:
            parents = [level[k] * moved[d] * _OPINION[k][d] for d in depths]
            both = [sums(k, d) for d in depths]
            mean.append(
                [
                    (both[d][0] + _SHRUNK_CLUSTER * parents[d]) / (both[d][1] + _SHRUNK_CLUSTER)
                    for d in depths
                ]
            )
            self._doubt.append(
                [(1.0 / (mean[k][d] * (both[d][1] + _SHRUNK_CLUSTER))) ** 0.5 for d in depths]
            )
        self._multiple = [[] for _ in clusters]
        self._usual = []
        for h in habits:
            units = sum(bought[k][h][d] for k in clusters for d in depths)
            said = sum(expected[k][h][d] * mean[k][d] for k in clusters for d in depths)
            often = (units + _SHRUNK) / (said + _SHRUNK)
            self._usual.append([often * _mean(bought, expected, d) for d in depths])
            # 4. a cluster's customers of a habit at a depth
            for k in clusters:
                weights = [expected[k][h][d] + _SHRUNK_HABIT for d in depths]
                means = [
                    (bought[k][h][d] + _SHRUNK_HABIT * often * mean[k][d]) / weights[d]
                    for d in depths
                ]
                self._multiple[k].append(_rising(means, weights))

    def usual(self, of_habit: int, depth: float) -> float:
        """The multiple of all customers of a class of habits, at a share off."""
        return _between(self._usual[of_habit], depth)

    def doubt(self, cluster: int, depth: float) -> float:
        """The standard deviation of a cluster's multiple at a share off, as a share of it."""
        return _between(self._doubt[cluster], depth)

    def pace(self, cluster: int, of_habit: int, depth: float) -> float:
        """The multiple of a cluster's customers of that habit, over that of all at all depths: so
        that what the past lets expect does not drift as the multiples are learnt.
        """
        return _between(self._multiple[cluster][of_habit], depth) / self._all

    def multiple(self, cluster: int, of_habit: int, category: int, depth: float) -> float:
        """The multiple of a cluster's customers of that habit in a category, at a share off."""
        at = 0 if depth <= 0.0 else 1
        bought, said = self._categories.get(category, _NOTHING)[at]
        all_bought, all_said = self._categories.get(_EVERY_CATEGORY, _NOTHING)[at]
        usual = (all_bought + 1.0) / (all_said + 1.0)
        # beside all categories: what was said before may have been wrong of each of them
        own = (bought + _SHRUNK_CATEGORY * usual) / (said + _SHRUNK_CATEGORY)
        return own / usual * _between(self._multiple[cluster][of_habit], depth)

    def fade(self) -> None:
        """A day has passed: what was learnt weighs a little less."""
        self.bought *= _KEPT
        self.expected *= _KEPT
        self._categories = {
            each: ((a * _KEPT, b * _KEPT), (c * _KEPT, d * _KEPT))
            for each, ((a, b), (c, d)) in self._categories.items()
        }

    def learn(self, cluster: int, usual: float, category: int, depth: float, units: float) -> None:
        """What a customer bought, whose past let expect `usual` units, while so much was off."""
        units = min(units, MOST_UNITS)
        of_habit = habit(usual)
        said = usual * _between(self._multiple[cluster][of_habit], depth)
        at = 0 if depth <= 0.0 else 1
        for each in (category, _EVERY_CATEGORY):
            sums = list(self._categories.get(each, _NOTHING))
            sums[at] = sums[at][0] + units, sums[at][1] + said
            self._categories[each] = sums[0], sums[1]
        low, share = _place(depth)
        for point, weight in ((low, 1.0 - share), (low + 1, share)):
            if weight > 0.0:
                self.bought[cluster, of_habit, point] += weight * units
                self.expected[cluster, of_habit, point] += weight * usual


def _mean(bought: list[list[list[float]]], expected: list[list[list[float]]], depth: int) -> float:
    """The multiple of all customers at a depth."""
    units, usual = _SHRUNK * _OPINION[_USUAL][depth], _SHRUNK
    for cluster in range(CLUSTERS):
        for of_habit in range(HABITS):
            units += bought[cluster][of_habit][depth]
            usual += expected[cluster][of_habit][depth]
    return units / usual


def _rising(means: list[float], weights: list[float]) -> list[float]:
    """The nearest means that do not fall: a lower price never sells less (pool-adjacent-violators;
    Barlow, Bartholomew, Bremner and Brunk, "Statistical inference under order restrictions", 1972).

    >>> _rising([1.0, 0.5, 2.0], [1.0, 1.0, 1.0])
    [0.75, 0.75, 2.0]
    """
    blocks: list[tuple[float, float, int]] = []
    for mean, weight in zip(means, weights, strict=True):
        block = mean, weight, 1
        while blocks and blocks[-1][0] > block[0]:
            before, heavy, number = blocks.pop()
            both = heavy + block[1]
            block = (before * heavy + block[0] * block[1]) / both, both, number + block[2]
        blocks.append(block)
    return [mean for mean, _, number in blocks for _ in range(number)]


def _between(values: list[float], depth: float) -> float:
    low, share = _place(depth)
    return values[low] if share <= 0.0 else values[low] + share * (values[low + 1] - values[low])


def _place(depth: float) -> tuple[int, float]:
    """The point at or below a depth, and how far it is to the next."""
    low = bisect_right(DEPTHS, max(depth, 0.0)) - 1
    if low == len(DEPTHS) - 1:
        return low, 0.0
    return low, (depth - DEPTHS[low]) / (DEPTHS[low + 1] - DEPTHS[low])
