"""Partial pooling: offer → category → its ancestors → catalogue, by empirical Bayes.

Each offer brings evidence about a coefficient as a Gaussian likelihood. Offers scatter around
their category's mean, categories around their parent's; the means and the scatter are estimated
from all offers at once, so that a cold offer starts where its relatives are.

References: Gelman and Hill, "Data Analysis Using Regression and Multilevel/Hierarchical Models",
2007, ch. 12; Efron and Morris, JASA 70 (1975).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import sum_by
from online_models.persistence.kinds import SAME, Array
from online_models.persistence.saved import Saved

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

    SAVED = Saved(parent=Array(np.int64, None), depth=Array(np.int64, None))
    DERIVED = ("levels",)

    def __init__(self) -> None:
        self.parent: Ints = np.zeros(1, np.int64)
        self.depth: Ints = np.zeros(1, np.int64)
        #: Rows by depth, and the parents of each.
        self.levels: list[tuple[Ints, Ints]] = []
        self.restored()

    def restored(self) -> None:
        """Sort the rows by depth."""
        depths = range(int(self.depth.max()) + 1)
        rows = [np.flatnonzero(self.depth == depth) for depth in depths]
        self.levels = [(nodes, self.parent[nodes]) for nodes in rows]

    def register(self, category: Ints, parent: Ints) -> None:
        """Hang categories (ids ≥ 0) below parents; parent −1 is the catalogue."""
        rows = category + 1
        if len(rows) == 0:
            return
        size = int(max(rows.max(), parent.max() + 1)) + 1
        grown = np.zeros(max(size, len(self.parent)), np.int64)
        grown[: len(self.parent)] = self.parent
        grown[rows] = parent + 1
        self._hang(grown)

    def include(self, category: Ints) -> None:
        """Make rows for categories that nobody registered: children of the catalogue."""
        size = int(category.max()) + 2 if len(category) else 0
        if size > len(self.parent):
            grown = np.zeros(size, np.int64)
            grown[: len(self.parent)] = self.parent
            self._hang(grown)

    def __len__(self) -> int:
        return len(self.parent)

    def _hang(self, parent: Ints) -> None:
        depth = np.zeros(len(parent), np.int64)
        at = np.arange(len(parent))
        for _ in range(MAX_DEPTH):
            depth += at != CATALOGUE
            at = parent[at]
        # What is still below the catalogue after so many steps is too deep or a cycle.
        parent = np.where(at == CATALOGUE, parent, CATALOGUE)
        depth = np.where(at == CATALOGUE, depth, 1)
        self.parent, self.depth = parent, depth
        self.restored()


class Pools:
    """Posterior of every coefficient's mean for every category row, and the scatter of offers.

    All arrays have a row per coefficient. `doubt` is the standard deviation of the catalogue's own
    mean beyond that between categories: where shops differ by more than the categories of one.
    """

    SAVED = Saved(
        mean=Array(np.float64, SAME, None),
        variance=Array(np.float64, SAME, None),
        scatter=Array(np.float64, SAME, None),
    )
    #: Follow from what the pools' owner has learnt.
    DERIVED = ("prior_mean", "category_variance")

    def __init__(
        self,
        mean: ArrayLike,
        between_categories: ArrayLike,
        between_offers: ArrayLike,
        doubt: ArrayLike = 0.0,
    ) -> None:
        self.prior_mean: Floats = np.array(mean, np.float64)
        self.category_variance: Floats = np.square(np.asarray(between_categories, np.float64))
        self.prior_scatter: Floats = np.square(np.asarray(between_offers, np.float64))
        widest = np.square(np.asarray(doubt, np.float64))
        self.doubt: Floats = np.broadcast_to(widest, self.prior_mean.shape)
        self.mean: Floats = self.prior_mean[:, None].copy()
        self.variance: Floats = (self.category_variance + self.doubt)[:, None]
        self.scatter: Floats = self.prior_scatter[:, None].copy()

    def include(self, rows: int) -> None:
        """New category rows start at the catalogue's posterior."""
        missing = rows - self.mean.shape[1]
        if missing > 0:
            variance = self.variance[:, CATALOGUE] + self.category_variance
            self.mean = _widened(self.mean, self.mean[:, CATALOGUE], missing)
            self.variance = _widened(self.variance, variance, missing)
            self.scatter = _widened(self.scatter, self.scatter[:, CATALOGUE], missing)

    def estimate(
        self,
        tree: CategoryTree,
        row: Ints,
        precision: Floats,
        evidence: Floats,
        others: Floats | float = 0.0,
    ) -> Floats:
        """Renew all rows from the offers' likelihoods; returns what they say, (k, rows, SUMS).

        `row` is each offer's category row, (offers,); `precision` its likelihood precision (0:
        nothing known) and `evidence` precision × estimate, both (k, offers). `others` is the same
        return value of offers elsewhere.
        """
        rows = len(tree)
        self.include(rows)
        damping = 1.0 / (1.0 + self.scatter.take(row, axis=1) * precision)
        own = np.zeros((len(self.mean), rows, SUMS))
        own[..., 0] = _sums(row, precision * damping, rows)
        own[..., 1] = _sums(row, evidence * damping, rows)
        whole = own + others
        weight, moment = self._rolled_up(tree, whole[..., 0], whole[..., 1])
        self._roll_down(tree, weight, moment)
        own[..., 2], own[..., 3] = self._scattered(row, precision, evidence, rows)
        self._rescatter(own + others)
        return own

    def _rolled_up(
        self, tree: CategoryTree, weight: Floats, moment: Floats
    ) -> tuple[Floats, Floats]:
        between = self.category_variance[:, None]
        for nodes, parents in reversed(tree.levels[1:]):
            damping = 1.0 / (1.0 + between * weight[:, nodes])
            weight = weight + _sums(parents, weight[:, nodes] * damping, len(tree))
            moment = moment + _sums(parents, moment[:, nodes] * damping, len(tree))
        return weight, moment

    def _roll_down(self, tree: CategoryTree, weight: Floats, moment: Floats) -> None:
        between = self.category_variance[:, None]
        self.mean = np.repeat(self.prior_mean[:, None], len(tree), axis=1)
        self.variance = np.repeat(between + self.doubt[:, None], len(tree), axis=1)
        mean, variance = self.mean, self.variance
        for depth, (nodes, parents) in enumerate(tree.levels):
            if depth > 0:
                mean[:, nodes] = mean[:, parents]
                variance[:, nodes] = between + variance[:, parents]
            precision = 1.0 / variance[:, nodes]
            variance[:, nodes] = 1.0 / (precision + weight[:, nodes])
            known = precision * mean[:, nodes] + moment[:, nodes]
            mean[:, nodes] = known * variance[:, nodes]

    def _scattered(
        self, row: Ints, precision: Floats, evidence: Floats, rows: int
    ) -> tuple[Floats, Floats]:
        """Weights and weighted squares of the offers' deviations, by what they know, (k, rows)."""
        scatter = self.scatter.take(row, axis=1)
        posterior = scatter / (1.0 + scatter * precision)
        known = 1.0 - posterior / scatter
        deviation = (evidence - precision * self.mean.take(row, axis=1)) * posterior
        square = known * (deviation * deviation + posterior)
        return _sums(row, known, rows), _sums(row, square, rows)

    def _rescatter(self, sums: Floats) -> None:
        """One expectation-maximisation step on the scatter."""
        weight, moment = sums[..., 2], sums[..., 3]
        prior = SCATTER_WEIGHT * self.prior_scatter
        whole = (moment.cumsum(axis=1)[:, -1] + prior) / (
            weight.cumsum(axis=1)[:, -1] + SCATTER_WEIGHT
        )
        self.scatter = (moment + SCATTER_WEIGHT * whole[:, None]) / (weight + SCATTER_WEIGHT)
        self.scatter[:, CATALOGUE] = whole


def _sums(group: Ints, values: Floats, groups: int) -> Floats:
    """Each row's values summed by group id: (k, n) → (k, groups)."""
    kinds = len(values)
    flat = (np.arange(kinds)[:, None] * groups + group).ravel()
    return sum_by(flat, values.ravel(), kinds * groups).reshape(kinds, groups)


def _widened(rows: Floats, fill: Floats, missing: int) -> Floats:
    return np.concatenate([rows, np.repeat(fill[:, None], missing, axis=1)], axis=1)
