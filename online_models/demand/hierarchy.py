"""Partial pooling: offer → category → its ancestors → catalogue, by empirical Bayes.

Each offer brings evidence about a coefficient as a Gaussian likelihood. Offers scatter around
their category's mean, categories around their parent's; the means and the scatter are estimated
from all offers at once, so that a cold offer starts where its relatives are.

References: Gelman and Hill, "Data Analysis Using Regression and Multilevel/Hierarchical Models",
2007, ch. 12; Efron and Morris, JASA 70 (1975).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.exact_math import sum_by

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CATALOGUE = 0
#: Category trees deeper than this are cut: nodes below hang on their ancestor at this depth.
MAX_DEPTH = 8
#: What the offers of a category say of a coefficient: precision and precision × estimate of their
#: mean, weight and weighted square of their scatter.
SUMS = 4
#: Offers' worth of belief in the prior scatter.
SCATTER_WEIGHT = 8.0


class CategoryTree:
    """Category ids as dense rows below the catalogue (row 0); row = id + 1."""

    def __init__(self) -> None:
        self.parent: Integers = np.zeros(1, np.int64)
        self.depth: Integers = np.zeros(1, np.int64)
        #: Rows by depth, and the parents of each.
        self.levels: list[tuple[Integers, Integers]] = []
        self.load(self.parent, self.depth)

    def load(self, parent: Integers, depth: Integers) -> None:
        """Take a tree as it was."""
        self.parent, self.depth = parent, depth
        rows = [np.flatnonzero(depth == level) for level in range(int(depth.max()) + 1)]
        self.levels = [(nodes, parent[nodes]) for nodes in rows]

    def register(self, category: Integers, parent: Integers) -> None:
        """Hang categories (ids ≥ 0) below parents; parent −1 is the catalogue."""
        rows = category + 1
        if len(rows) == 0:
            return
        size = int(max(rows.max(), parent.max() + 1)) + 1
        grown = np.zeros(max(size, len(self.parent)), np.int64)
        grown[: len(self.parent)] = self.parent
        grown[rows] = parent + 1
        self._hang(grown)

    def include(self, category: Integers) -> None:
        """Make rows for categories that nobody registered: children of the catalogue."""
        size = int(category.max()) + 2 if len(category) else 0
        if size > len(self.parent):
            grown = np.zeros(size, np.int64)
            grown[: len(self.parent)] = self.parent
            self._hang(grown)

    def __len__(self) -> int:
        return len(self.parent)

    def _hang(self, parent: Integers) -> None:
        depth = np.zeros(len(parent), np.int64)
        at = np.arange(len(parent))
        for _ in range(MAX_DEPTH):
            depth += at != CATALOGUE
            at = parent[at]
        # What is still below the catalogue after so many steps is too deep or a cycle.
        parent = np.where(at == CATALOGUE, parent, CATALOGUE)
        depth = np.where(at == CATALOGUE, depth, 1)
        self.load(parent, depth)


class Pool:
    """Posterior of one coefficient's mean for every category row, and the scatter of offers.

    `doubt` is the standard deviation of the catalogue's own mean beyond that between categories:
    where shops differ by more than the categories of one.
    """

    def __init__(
        self, mean: float, between_categories: float, between_offers: float, doubt: float = 0.0
    ) -> None:
        self.prior_mean = mean
        self.category_variance = between_categories * between_categories
        self.doubt = doubt * doubt
        self.prior_scatter = between_offers * between_offers
        self.mean: Floats = np.full(1, mean)
        self.variance: Floats = np.full(1, self.category_variance + self.doubt)
        self.scatter: Floats = np.full(1, self.prior_scatter)

    def include(self, rows: int) -> None:
        """New category rows start at the catalogue's posterior."""
        missing = rows - len(self.mean)
        if missing > 0:
            variance = self.variance[CATALOGUE] + self.category_variance
            self.mean = np.append(self.mean, np.full(missing, self.mean[CATALOGUE]))
            self.variance = np.append(self.variance, np.full(missing, variance))
            self.scatter = np.append(self.scatter, np.full(missing, self.scatter[CATALOGUE]))

    def estimate(
        self,
        tree: CategoryTree,
        row: Integers,
        precision: Floats,
        evidence: Floats,
        others: Floats | float = 0.0,
    ) -> Floats:
        """Renew all rows from the offers' likelihoods; returns what they say, (rows, SUMS).

        `row` is each offer's category row; `precision` its likelihood precision (0: nothing
        known) and `evidence` precision × estimate, all (offers,). `others` is the same return
        value of offers elsewhere.
        """
        rows = len(tree)
        self.include(rows)
        damping = 1.0 / (1.0 + self.scatter[row] * precision)
        own = np.zeros((rows, SUMS))
        own[:, 0] = sum_by(row, precision * damping, rows)
        own[:, 1] = sum_by(row, evidence * damping, rows)
        whole = own + others
        weight, moment = self._rolled_up(tree, whole[:, 0], whole[:, 1])
        self._roll_down(tree, weight, moment)
        own[:, 2], own[:, 3] = self._scattered(row, precision, evidence, rows)
        self._rescatter(own + others)
        return own

    def _rolled_up(
        self, tree: CategoryTree, weight: Floats, moment: Floats
    ) -> tuple[Floats, Floats]:
        for nodes, parents in reversed(tree.levels[1:]):
            damping = 1.0 / (1.0 + self.category_variance * weight[nodes])
            weight = weight + sum_by(parents, weight[nodes] * damping, len(tree))
            moment = moment + sum_by(parents, moment[nodes] * damping, len(tree))
        return weight, moment

    def _roll_down(self, tree: CategoryTree, weight: Floats, moment: Floats) -> None:
        mean = np.full(len(tree), self.prior_mean)
        variance = np.full(len(tree), self.category_variance + self.doubt)
        for depth, (nodes, parents) in enumerate(tree.levels):
            if depth > 0:
                mean[nodes] = mean[parents]
                variance[nodes] = self.category_variance + variance[parents]
            precision = 1.0 / variance[nodes]
            variance[nodes] = 1.0 / (precision + weight[nodes])
            mean[nodes] = (precision * mean[nodes] + moment[nodes]) * variance[nodes]
        self.mean, self.variance = mean, variance

    def _scattered(
        self, row: Integers, precision: Floats, evidence: Floats, rows: int
    ) -> tuple[Floats, Floats]:
        """Weights and weighted squares of the offers' deviations, by what they know, (rows,)."""
        scatter = self.scatter[row]
        posterior = scatter / (1.0 + scatter * precision)
        known = 1.0 - posterior / scatter
        deviation = (evidence - precision * self.mean[row]) * posterior
        square = known * (deviation * deviation + posterior)
        return sum_by(row, known, rows), sum_by(row, square, rows)

    def _rescatter(self, sums: Floats) -> None:
        """One expectation-maximisation step on the scatter."""
        weight, moment = sums[:, 2], sums[:, 3]
        whole = (moment.cumsum()[-1] + SCATTER_WEIGHT * self.prior_scatter) / (
            weight.cumsum()[-1] + SCATTER_WEIGHT
        )
        self.scatter = (moment + SCATTER_WEIGHT * whole) / (weight + SCATTER_WEIGHT)
        self.scatter[CATALOGUE] = whole
