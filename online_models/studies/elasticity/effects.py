"""Nuisance regressions with effects of offers, times and categories' times, and shared shocks.

A penalised, generalised linear mixed model by backfitting: offers and products are free, the
effects of times are random with variances that are estimated along (EM), the coefficients have a
weak ridge. A product's own shock at a time is integrated out: else 80 stores that share it would
count as 80 independent observations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import sum_by
from online_models.studies.elasticity.panel import RegressionPanel

RIDGE = 1.0
#: Rounds of weights, and sweeps over the blocks within each.
ROUNDS, SWEEPS = 10, 4
PRIOR_VARIANCE = 0.02
FREE_PRECISION = 0.05
LARGEST_STEP = 2.0
#: Residuals beyond so many standard deviations count as this many.
LARGEST_RESIDUAL = 6.0


@dataclass(frozen=True, slots=True)
class MixedFit:
    """Predictions for all n rows, from the training rows alone, and the variances found.

    `value` leaves out the shock of the row's own cell, which nobody could have known.
    """

    value: Floats
    cell_variance: float
    row_variance: float


@dataclass(slots=True)
class _Block:
    """One set of effects: the group of every row, and of the training rows."""

    group: Ints
    here: Ints
    effect: Floats
    #: Prior variance of an effect; infinite where it is free.
    variance: float


class _Shocks:
    """V⁻¹ of rows with weights, whose cells share a shock of some variance."""

    def __init__(self, cell: Ints, weight: Floats, variance: float) -> None:
        self.cell, self.weight = cell, weight
        self.total = np.bincount(cell, weights=weight)
        self.variance = variance
        self.share = variance / (1.0 + variance * self.total)

    def shock(self, values: Floats) -> Floats:
        """Best guess of each cell's shock."""
        cells = len(self.total)
        sums = sum_by(self.cell, self.weight * values, cells)
        guess: Floats = self.share * sums
        return guess

    def whitened(self, values: Floats) -> Floats:
        """V⁻¹ times `values`, (n,)."""
        white: Floats = self.weight * (values - self.shock(values)[self.cell])
        return white


def fit(
    panel: RegressionPanel,
    design: Floats,
    response: Floats,
    offset: Floats,
    train: Flags,
    counts: bool,
    shared: bool = True,
) -> MixedFit:
    """Regress `response` on controls and effects over the training rows.

    `counts`: a log link with quasi-Poisson weights 1 / (1/μ + row variance); else identity.
    `shared`: with effects of times.
    """
    x, y, base = design[train], response[train], offset[train]
    cell = panel.cell[train]
    clustered = int(np.bincount(cell).max()) > 1
    blocks = [
        _Block(group, group[train], np.zeros(int(group.max()) + 1), variance)
        for group, variance in _groups(panel, shared)
    ]
    blocks[0].effect[:] = _start(y, base, blocks[0].here, len(blocks[0].effect), counts)
    beta = np.zeros(x.shape[1])
    row = 0.3 if counts else max(float(np.var(y)), 1e-6)
    shock = PRIOR_VARIANCE if clustered else 0.0
    for _ in range(ROUNDS):
        value = base + x @ beta + sum(b.effect[b.here] for b in blocks)
        if counts:
            mean = np.exp(np.clip(value, -30.0, 30.0))
            noise = 1.0 / mean
            bound = LARGEST_RESIDUAL * np.sqrt(noise + row + shock) + 1.0
            rest = np.minimum((y - mean) / mean, bound)
        else:
            noise, rest = np.zeros(len(y)), y - value
        shocks = _Shocks(cell, 1.0 / (noise + row), shock)
        rest = _sweep(x, beta, rest, blocks, shocks)
        row, shock = _variances(rest, noise, shocks, clustered)
    value = offset + design @ beta + sum(b.effect[b.group] for b in blocks)
    return MixedFit(value, shock, row)


def crossed(
    panel: RegressionPanel,
    design: Floats,
    response: Floats,
    offset: Floats,
    fold: Ints,
    counts: bool,
    shared: bool = True,
) -> MixedFit:
    """`fit`, the value of every row from the rows of other folds; variances are averages."""
    value = np.zeros(len(panel))
    folds = int(fold.max()) + 1
    shock = row = 0.0
    for k in range(folds):
        test = fold == k
        found = fit(panel, design, response, offset, ~test, counts, shared)
        value[test] = found.value[test]
        shock, row = shock + found.cell_variance / folds, row + found.row_variance / folds
    return MixedFit(value, shock, row)


def _groups(panel: RegressionPanel, shared: bool) -> list[tuple[Ints, float]]:
    groups = [(panel.offer, np.inf)]
    if len(panel.products) < len(panel.offers):
        groups.append((panel.sku, np.inf))
    if shared:
        groups.append((panel.time, PRIOR_VARIANCE))
        if panel.category.max() > 0:
            groups.append((panel.market, PRIOR_VARIANCE))
    return groups


def _sweep(x: Floats, beta: Floats, rest: Floats, blocks: list[_Block], shocks: _Shocks) -> Floats:
    """Move coefficients and effects (in place) towards `rest`; returns what is left of it."""
    cells = len(shocks.total)
    weighted = x * shocks.weight[:, None]
    sums = np.stack([np.bincount(shocks.cell, weights=w, minlength=cells) for w in weighted.T])
    gram = weighted.T @ x - (sums * shocks.share) @ sums.T + RIDGE * np.eye(len(beta))
    scale = [_information(b, shocks) for b in blocks]
    for _ in range(SWEEPS):
        step = np.linalg.solve(gram, x.T @ shocks.whitened(rest) - RIDGE * beta)
        step *= min(1.0, LARGEST_STEP / max(float(np.abs(step).max()), 1e-12))
        beta += step
        rest = rest - x @ step
        for b, information in zip(blocks, scale, strict=True):
            size = len(b.effect)
            free = not np.isfinite(b.variance)
            precision = FREE_PRECISION if free else 1.0 / b.variance
            pull = sum_by(b.here, shocks.whitened(rest), size)
            if not free:
                pull -= precision * b.effect
            move = np.clip(pull / (information + precision), -LARGEST_STEP, LARGEST_STEP)
            b.effect += move
            rest = rest - move[b.here]
    for b, information in zip(blocks, scale, strict=True):
        if np.isfinite(b.variance):
            known = information > 0
            spread = b.effect[known] ** 2 + 1.0 / (information[known] + 1.0 / b.variance)
            b.variance = max(float(spread.mean()), 1e-6)
    return rest


def _information(block: _Block, shocks: _Shocks) -> Floats:
    """Information on each effect: 1ᵀ V⁻¹ 1 over its rows."""
    pair = block.here * len(shocks.total) + shocks.cell
    keys, place = np.unique(pair, return_inverse=True)
    weight = np.bincount(place, weights=shocks.weight)
    information = weight - shocks.share[keys % len(shocks.total)] * weight * weight
    group = keys // len(shocks.total)
    return np.maximum(sum_by(group, information, len(block.effect)), 0.0)


def _variances(
    rest: Floats, noise: Floats, shocks: _Shocks, clustered: bool
) -> tuple[float, float]:
    """One EM step for the variance of a row beyond Poisson's, and of a cell's shock."""
    guess = shocks.shock(rest)
    known = shocks.total > 0
    doubt = shocks.share
    shock = float((guess[known] ** 2 + doubt[known]).mean()) if clustered else 0.0
    own = rest - guess[shocks.cell]
    weight = shocks.weight * shocks.weight
    excess = weight * (own * own + doubt[shocks.cell] - noise)
    return float(np.clip(excess.sum() / weight.sum(), 1e-6, 4.0)), shock


def _start(y: Floats, base: Floats, group: Ints, size: int, counts: bool) -> Floats:
    """Effects of offers alone."""

    def total(weights: Floats) -> Floats:
        return sum_by(group, weights, size)

    if not counts:
        return total(y - base) / np.maximum(total(np.ones(len(y))), 1.0)
    due = total(np.exp(base))
    return np.where(due > 0, np.log((total(y) + 0.5) / (due + 1e-9)), 0.0)
