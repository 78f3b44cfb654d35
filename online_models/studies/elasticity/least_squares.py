"""Least squares with slopes of each product's own, effects of offers and weeks, and clusters.

    y = x β[product] + z γ + δ[week] + α[offer] + e

Effects of offers are taken out by weighted means (within transformation). Every product's slopes
follow from what the products share, γ and δ, so that only these are solved for together (Schur
complement): a thousand products cost a thousand small systems. Errors of a product's rows in one
week may be correlated in any way: the sandwich sums scores by product and week.

References: Frisch & Waugh, Econometrica 1 (1933); Liang & Zeger, "Longitudinal data analysis using
generalized linear models", Biometrika 73 (1986); Cameron & Miller, "A practitioner's guide to
cluster-robust inference", J. Human Resources 50 (2015); Santos Silva & Tenreyro, "The log of
gravity", Rev. Econ. Stat. 88 (2006), for the Poisson pseudo-likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.numerics.arrays import Floats, Ints

#: Precision believed of what is shared: it settles what data leave open, and moves nothing else.
SHARED_PRECISION = 1e-3
#: Steps of the Poisson fit, and how far log means go in one.
STEPS, LARGEST_STEP = 30, 1.5
#: The Poisson fit ends where no log mean moved by more.
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Rows:
    """n rows to be explained; products, offers and weeks are numbered from 0 without gaps."""

    #: Rows are sorted by product.
    product: Ints
    offer: Ints
    week: Ints
    #: Own regressors, (n, k), and shared ones, (n, m).
    own: Floats
    shared: Floats
    #: Precision believed of each own slope around 0, (k,), and of the effects of weeks (None: none
    #: to speak of); a large one leaves them out, and errors are clustered by weeks all the same.
    precision: Floats
    week_precision: float | None = None


@dataclass(frozen=True, slots=True)
class Slopes:
    """Own slopes, (products, k), their cluster-robust variances, and the clusters, (products,).

    `left` is the share of the first regressor's variance that nothing else explains, (products,).
    """

    mean: Floats
    variance: Floats
    clusters: Ints
    left: Floats


@dataclass(frozen=True, slots=True)
class _Block:
    """One product's weighted products of its regressors, within offers."""

    rows: slice
    #: Offer within the product, its number, and each offer's share of weight by week, (offers, T).
    offer: Ints
    share: Floats
    own: Floats
    shared: Floats
    response: Floats
    #: x'Wx + precision, inverted, (k, k), and x'Wq for the shared ones and the weeks, (k, m + T).
    inverse: Floats
    cross: Floats


def ordinary(rows: Rows, response: Floats) -> Slopes:
    """Ordinary least squares."""
    return _Solution(rows, response, np.ones(len(response))).slopes()


def poisson(rows: Rows, units: Floats, exposure: Floats) -> Slopes:
    """Poisson pseudo-likelihood with a log link, by reweighted least squares.

    Every offer must have sold something.
    """
    offers = int(rows.offer.max()) + 1
    sold = np.bincount(rows.offer, weights=units, minlength=offers)
    level = np.log(sold / np.bincount(rows.offer, weights=exposure, minlength=offers))
    offset = np.log(exposure)
    value = level[rows.offer]
    for _ in range(STEPS):
        mean = np.exp(np.clip(value + offset, -20.0, 20.0))
        solution = _Solution(rows, value + (units - mean) / mean, mean)
        step = np.clip(solution.fitted - value, -LARGEST_STEP, LARGEST_STEP)
        value = value + step
        if np.abs(step).max() < TOLERANCE:
            break
    return solution.slopes()


class _Solution:
    """One weighted fit."""

    def __init__(self, rows: Rows, response: Floats, weight: Floats) -> None:
        self._rows, self._weight = rows, weight
        self._k, self._m = rows.own.shape[1], rows.shared.shape[1]
        self._weeks = int(rows.week.max()) + 1
        size = self._m + self._weeks
        bounds = np.flatnonzero(np.append(True, np.diff(rows.product) > 0))
        ends = np.append(bounds[1:], len(rows.product))
        self._blocks = [
            self._block(slice(a, b), response)
            for a, b in zip(bounds.tolist(), ends.tolist(), strict=True)
        ]
        believed = np.full(size, SHARED_PRECISION)
        believed[self._m :] = rows.week_precision or SHARED_PRECISION
        information = np.diag(believed)
        moment = np.zeros(size)
        for block in self._blocks:
            whole, pull = self._products(block)
            reduced = block.inverse @ block.cross
            information += whole - block.cross.T @ reduced
            moment += pull - reduced.T @ self._moment(block)
        self._inverse = np.linalg.inv(information)
        self.common = self._inverse @ moment
        self.own = np.stack(
            [b.inverse @ (self._moment(b) - b.cross @ self.common) for b in self._blocks]
        )
        #: Fitted response of every row, effects of its offer included, (n,).
        self.fitted = response - self._residuals()

    def slopes(self) -> Slopes:
        """The own slopes and what is known of them."""
        k, products = self._k, len(self._blocks)
        residual = self._weight * self._residuals()
        scores = [self._scores(block, residual) for block in self._blocks]
        meat = sum(shared.T @ shared for _, shared in scores)
        variance, left = np.zeros((products, k)), np.zeros(products)
        clusters = np.zeros(products, np.int64)
        for p, (block, (own, shared)) in enumerate(zip(self._blocks, scores, strict=True)):
            lean = block.inverse @ block.cross @ self._inverse
            pull = own @ block.inverse - shared @ lean.T
            others = ((lean @ (meat - shared.T @ shared)) * lean).sum(axis=1)
            number = int(np.count_nonzero(block.share.sum(axis=0)))
            used = int(np.count_nonzero(np.abs(block.own).sum(axis=0) > 1e-9))
            small = number / max(number - used, 1)
            variance[p] = small * (pull * pull).sum(axis=0) + np.maximum(others, 0.0)
            clusters[p] = number
            first = block.inverse[0, 0] + lean[0] @ block.cross.T @ block.inverse[:, 0]
            moves = float((self._weight[block.rows] * block.own[:, 0] ** 2).sum())
            left[p] = 1.0 / max(first * moves, 1e-12)
        return Slopes(self.own, variance, clusters, left)

    def _block(self, at: slice, response: Floats) -> _Block:
        rows, weight = self._rows, self._weight[at]
        offer = np.unique(rows.offer[at], return_inverse=True)[1]
        offers, weeks = int(offer.max()) + 1, self._weeks
        total: Floats = np.bincount(offer, weights=weight, minlength=offers).astype(np.float64)
        place = offer * weeks + rows.week[at]
        by_week = np.bincount(place, weights=weight, minlength=offers * weeks)
        share: Floats = by_week.reshape(offers, weeks) / total[:, None]
        own, shared, y = (
            _within(values, offer, weight, total)
            for values in (rows.own[at], rows.shared[at], response[at, None])
        )
        weighted = own * weight[:, None]
        cross = np.concatenate([weighted.T @ shared, _by(weighted, rows.week[at], weeks).T], axis=1)
        inverse: Floats = np.linalg.inv(own.T @ weighted + np.diag(rows.precision)).astype(
            np.float64
        )
        return _Block(at, offer, share, own, shared, y[:, 0], inverse, cross)

    def _moment(self, block: _Block) -> Floats:
        moment: Floats = block.own.T @ (self._weight[block.rows] * block.response)
        return moment

    def _products(self, block: _Block) -> tuple[Floats, Floats]:
        """q'Wq and q'Wy of the shared regressors and the weeks, within offers."""
        weight, week = self._weight[block.rows], self._rows.week[block.rows]
        m, weeks = self._m, self._weeks
        whole = np.zeros((m + weeks, m + weeks))
        weighted = block.shared * weight[:, None]
        whole[:m, :m] = block.shared.T @ weighted
        whole[:m, m:] = _by(weighted, week, weeks).T
        whole[m:, :m] = whole[:m, m:].T
        total = np.bincount(block.offer, weights=weight)
        of_week = np.bincount(week, weights=weight, minlength=weeks)
        whole[m:, m:] = np.diag(of_week) - block.share.T @ (block.share * total[:, None])
        response = weight * block.response
        weekly = np.bincount(week, response, weeks)
        pull: Floats = np.concatenate([weighted.T @ block.response, weekly])
        return whole, pull

    def _residuals(self) -> Floats:
        found = np.zeros(len(self._weight))
        regular, weekly = self.common[: self._m], self.common[self._m :]
        for slope, block in zip(self.own, self._blocks, strict=True):
            time = weekly[self._rows.week[block.rows]] - (block.share @ weekly)[block.offer]
            found[block.rows] = block.response - block.own @ slope - block.shared @ regular - time
        return found

    def _scores(self, block: _Block, residual: Floats) -> tuple[Floats, Floats]:
        """Scores of the product's weeks: of its own slopes, (T, k), and of what is shared once the
        own slopes have followed, (T, m + T).
        """
        week, weeks = self._rows.week[block.rows], self._weeks
        rest = residual[block.rows]
        own = _by(block.own * rest[:, None], week, weeks)
        place = block.offer * weeks + week
        by_offer = np.bincount(place, weights=rest, minlength=len(block.share) * weeks)
        by_offer = by_offer.reshape(len(block.share), weeks)
        regular = _by(block.shared * rest[:, None], week, weeks)
        weekly = np.diag(by_offer.sum(axis=0)) - by_offer.T @ block.share
        shared = np.concatenate([regular, weekly], axis=1)
        return own, shared - own @ (block.inverse @ block.cross)


def _within(values: Floats, offer: Ints, weight: Floats, total: Floats) -> Floats:
    """Columns less their weighted mean over the offer's rows."""
    mean = _by(values * weight[:, None], offer, len(total)) / total[:, None]
    result: Floats = values - mean[offer]
    return result


def _by(values: Floats, group: Ints, groups: int) -> Floats:
    """Sums of columns by group, (groups, columns)."""
    if not values.shape[1]:
        return np.zeros((groups, 0))
    return np.stack([np.bincount(group, column, groups) for column in values.T], axis=1)
