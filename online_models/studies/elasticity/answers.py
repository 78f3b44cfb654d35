"""Three answers to what a price does to sales, each with its own assumption.

*As sold*: each product's log units on its log price, with effects of product × channel and of weeks
that all products share, promotions' flags and competitors' prices held fixed. Right where prices
did not follow demand.

*Robust*: the same with more held fixed. Where a product's prices differ enough between channels
in one week, everything that its channels share in that week; else past sales, past prices, weekday
and season. Right where prices did not follow demand that is in none of these.

*Drawn by lot*: the part of a price that the pricer drew at random. Right whatever moved the rest.

Products that sell in nearly every window are regressed in logs; slow sellers by Poisson
pseudo-likelihood, in which windows without a sale count. Errors are clustered by product × week.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from online_models.demand.inputs.observations import ATTRIBUTES, DAY
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.studies.elasticity.controls import controls, own_controls, weekdays
from online_models.studies.elasticity.least_squares import Rows, Slopes, ordinary, poisson
from online_models.studies.elasticity.panel import RegressionPanel

#: Of a seller by the dozen, a window without a sale is an absence; of others, it is a small demand.
BRISK_UNITS, BRISK_SOLD = 20.0, 0.8
#: Fewer products cannot tell what weeks do to all of them from what a price does to one.
LEAST_PRODUCTS = 3
#: Fewer channels, or prices that differ less between them (log), leave nothing within a week.
LEAST_CHANNELS, LEAST_GAP = 5, 0.015
#: Fewer weeks say nothing, nor does a price that the rest explains but for this share.
LEAST_WEEKS, LEAST_LEFT = 12, 0.01
#: Nor does a standard error beyond this: its interval would be wider than ±2. An elasticity beyond
#: is an artefact.
LARGEST_ERROR, LARGEST = 1.0, 10.0
#: The sandwich of so few clusters is too small by this factor: measured on simulated shops of three
#: weeks, over several noises and paces of prices.
FEW_CLUSTERS = 1.7
#: Precision believed of all slopes but the price's: a standard deviation of three log units.
PRECISION = 0.1
PRICE_PRECISION = 1e-6
#: Of effects that are to be none.
CERTAIN = 1e9
#: Windows whose price chance moved by at least so much (log): fewer say nothing.
LEAST_DRAWS, LEAST_DRAWN = 30, 0.003
#: Places of a promotion and its attributes, and of the competitors' mean price, in `own_controls`.
FLAGS, COMPETITORS = slice(0, 1 + ATTRIBUTES), 1 + ATTRIBUTES


@dataclass(frozen=True, slots=True)
class EstimatedSlopes:
    """Of every product of a panel: θ, NaN where it is not identified, and its variance, inf."""

    theta: Floats
    variance: Floats

    @classmethod
    def none(cls, products: int) -> EstimatedSlopes:
        """Nothing is known."""
        return cls(np.full(products, np.nan), np.full(products, np.inf))

    @property
    def identified(self) -> Flags:
        """Products that have a figure, (products,)."""
        return np.isfinite(self.variance)

    def take(self, products: Ints, found: Slopes) -> None:
        """Write down what was found of products, where it is identified."""
        theta, variance = found.mean[:, 0], found.variance[:, 0]
        known = (found.clusters >= LEAST_WEEKS) & (found.left >= LEAST_LEFT)
        known &= (variance > 0.0) & (variance <= LARGEST_ERROR * LARGEST_ERROR)
        known &= np.abs(theta) <= LARGEST
        self._write(products, theta, variance, known)

    def lean(self, products: Ints, found: Slopes) -> None:
        """Write down what was found, however little it says, for whom its variance is a weight."""
        theta, variance = found.mean[:, 0], found.variance[:, 0]
        known = (found.left >= LEAST_LEFT) & (variance > 0.0) & (variance < np.inf)
        self._write(products, theta, variance, known & np.isfinite(theta))

    def _write(self, products: Ints, theta: Floats, variance: Floats, known: Flags) -> None:
        self.theta[products[known]] = theta[known]
        self.variance[products[known]] = variance[known]


@dataclass(frozen=True, slots=True)
class HistoryAnswers:
    """The answers, and what else moved sales as sold: slopes of `own_controls` and their variances,
    (regressors, products), NaN where one never moved.
    """

    as_sold: EstimatedSlopes
    robust: EstimatedSlopes
    drawn: EstimatedSlopes
    #: Products whose robust answer comes from what differs between channels, (products,).
    between_channels: Flags
    beside: Floats
    beside_variance: Floats


def history(panel: RegressionPanel) -> HistoryAnswers:
    """All answers; the same panel gives the same figures."""
    products = len(panel.products)
    as_sold, robust, drawn = (EstimatedSlopes.none(products) for _ in range(3))
    between = np.zeros(products, np.bool_)
    beside_own, past = own_controls(panel), controls(panel)
    own = np.column_stack([panel.log_price, beside_own])
    calendar = weekdays(panel)
    beside, variance = (np.full((beside_own.shape[1], products), np.nan) for _ in range(2))
    for rows, logs in _groups(panel):
        at, found = _solve(panel, rows, own, calendar, logs)
        as_sold.take(at, found)
        beside[:, at], variance[:, at] = found.mean[:, 1:].T, found.variance[:, 1:].T
        robust.take(*_solve(panel, rows, own, past, logs))
        chance = _drawn(panel, rows)
        if len(chance):
            part = panel.seen.exploration
            rest = np.column_stack([part, beside_own, panel.log_price - part])
            drawn.take(*_solve(panel, chance, rest, past, logs))
        for mine in _many_channels(panel, rows):
            alone = EstimatedSlopes.none(products)
            alone.take(*_solve(panel, mine, own, own[:, :0], logs, weekly=True))
            product = panel.sku[mine[0]]
            if alone.identified[product]:
                robust.theta[product] = alone.theta[product]
                robust.variance[product] = alone.variance[product]
                between[product] = True
    still = _still(panel, beside_own)
    beside[still], variance[still] = np.nan, np.nan
    return HistoryAnswers(as_sold, robust, drawn, between, beside, variance)


def weighted(panel: RegressionPanel) -> EstimatedSlopes:
    """The *robust* answer, and where it has no figure a wide one, whose variance is its weight.

    The wide ones come from all products together: categories of a few products in a short
    recording have more controls than days. Where weeks are too few to tell a variance by, effects
    and clusters are of windows.
    """
    answer = history(panel).robust
    wide = EstimatedSlopes.none(len(panel.products))
    own, past = np.column_stack([panel.log_price, own_controls(panel)]), controls(panel)
    weeks = _week(panel)
    short = len(np.unique(weeks)) < LEAST_WEEKS
    brisk = _brisk(panel)[panel.sku]
    for logs in (False, True):
        rows = np.flatnonzero(brisk == logs)
        if len(rows):
            wide.lean(*_solve(panel, rows, own, past, logs, time=panel.time if short else weeks))
    spread = FEW_CLUSTERS * wide.variance if short else wide.variance
    known = answer.identified
    return EstimatedSlopes(
        np.where(known, answer.theta, wide.theta), np.where(known, answer.variance, spread)
    )


def _solve(
    panel: RegressionPanel,
    rows: Ints,
    own: Floats,
    shared: Floats,
    logs: bool,
    weekly: bool = False,
    time: Ints | None = None,
) -> tuple[Ints, Slopes]:
    """Slopes of the products of `rows`, which are numbered as in the panel.

    Effects of weeks (or of `time`) need several products that share them, or (`weekly`) one in many
    channels.
    """
    units = np.maximum(panel.seen.units[rows], 0.0)
    offers = np.bincount(panel.offer[rows], weights=units)
    kept = units > 0.0 if logs else offers[panel.offer[rows]] > 0.0
    rows, units = rows[kept], units[kept]
    order = np.argsort(panel.sku[rows], kind="stable")
    rows, units = rows[order], units[order]
    at, product = np.unique(panel.sku[rows], return_inverse=True)
    precision = np.full(own.shape[1], PRECISION)
    precision[0] = PRICE_PRECISION
    problem = Rows(
        product,
        np.unique(panel.offer[rows], return_inverse=True)[1],
        np.unique((_week(panel) if time is None else time)[rows], return_inverse=True)[1],
        own[rows],
        shared[rows],
        precision,
        None if weekly or len(at) >= LEAST_PRODUCTS else CERTAIN,
    )
    exposure = np.maximum(panel.exposure[rows], 1e-3)
    found = (
        ordinary(problem, np.log(units / exposure)) if logs else poisson(problem, units, exposure)
    )
    return at, found


def _groups(panel: RegressionPanel) -> Iterator[tuple[Ints, bool]]:
    """Rows that share effects of weeks, and whether logs suit them: a category's products that sell
    alike; those of small categories together.
    """
    products, brisk = len(panel.products), _brisk(panel)
    category = np.zeros(products, np.int64)
    category[panel.sku] = panel.category
    group = 2 * category + brisk
    few = np.bincount(group)[group] < LEAST_PRODUCTS
    group = np.where(few, -2 + brisk, group)
    for each in np.unique(group).tolist():
        yield np.flatnonzero(group[panel.sku] == each), bool(each % 2)


def _brisk(panel: RegressionPanel) -> Flags:
    """Products whose windows without a sale are absences, (products,)."""
    products = len(panel.products)
    number = np.bincount(panel.sku, minlength=products)
    sold = np.bincount(panel.sku, weights=panel.seen.units > 0.0, minlength=products)
    units = np.bincount(panel.sku, weights=np.maximum(panel.seen.units, 0.0), minlength=products)
    return (sold >= BRISK_SOLD * number) & (units >= BRISK_UNITS * np.maximum(sold, 1.0))


def _many_channels(panel: RegressionPanel, rows: Ints) -> Iterator[Ints]:
    """Rows of each product that many channels sell, at prices that differ within a week."""
    products = len(panel.products)
    total = np.bincount(panel.cell, weights=panel.log_price)
    number = np.bincount(panel.cell)
    gap = panel.log_price - (total / np.maximum(number, 1))[panel.cell]
    usual = np.bincount(panel.offer, weights=gap) / np.maximum(np.bincount(panel.offer), 1)
    gap = gap - usual[panel.offer]
    square = np.bincount(panel.sku, weights=gap * gap, minlength=products)
    apart = square >= LEAST_GAP**2 * np.bincount(panel.sku, minlength=products)
    first = np.unique(panel.offer, return_index=True)[1]
    channels = np.bincount(panel.sku[first], minlength=products)
    chosen = apart & (channels >= LEAST_CHANNELS)
    for product in np.unique(panel.sku[rows]).tolist():
        if chosen[product]:
            yield rows[panel.sku[rows] == product]


def _drawn(panel: RegressionPanel, rows: Ints) -> Ints:
    """Of `rows`, those of products of which chance has drawn often enough."""
    part = panel.seen.exploration
    moved = np.abs(np.where(np.isfinite(part), part, 0.0)) >= LEAST_DRAWN
    often = np.bincount(panel.sku, weights=moved) >= LEAST_DRAWS
    return rows[np.isfinite(part[rows]) & often[panel.sku[rows]]]


def _week(panel: RegressionPanel) -> Ints:
    """Number of each row's week, or of its window where that is longer."""
    length = int((panel.seen.end - panel.seen.start).max())
    return panel.time if length >= 7 * DAY else panel.seen.start // (7 * DAY)


def _still(panel: RegressionPanel, columns: Floats) -> Flags:
    """Which regressors never moved within any channel of a product, (regressors, products)."""
    number = np.maximum(np.bincount(panel.offer), 1)
    products = len(panel.products)
    still = []
    for column in columns.T:
        mean = np.bincount(panel.offer, weights=column) / number
        away = (np.abs(column - mean[panel.offer]) > 1e-6).astype(np.float64)
        still.append(np.bincount(panel.sku, weights=away, minlength=products) == 0.0)
    return np.stack(still)
