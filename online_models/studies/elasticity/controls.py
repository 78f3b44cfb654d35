"""What else moves demand and might move the price with it."""

from __future__ import annotations

import numpy as np

from online_models.demand.inputs.observations import DAY
from online_models.numerics.arrays import Floats, Ints
from online_models.studies.elasticity.panel import RegressionPanel

#: Memories of an offer's past sales and prices, per window.
SLOW, FAST = 0.9, 0.6
MEMORIES = (0.95, 0.85, 0.7, 0.5)
#: Yearly harmonics need more than this many days, or they take the trend for a season.
LEAST_YEARS_DAYS = 450


def controls(panel: RegressionPanel) -> Floats:
    """Regressors of n rows, (n, k), of unit scale.

    Promotions and their attributes (but not their depth, which is the price itself), competitors'
    prices, the offer's and its product's past sales, past prices, weekday, season. What all offers
    of a category share at a time is left to effects. What is past is measured against the past
    alone: an average over the whole recording would hold the very window that is to be explained.
    """
    seen = panel.seen
    rate = np.maximum(seen.units, 0.0) / np.maximum(panel.exposure, 1e-3)
    sold = _past(panel, np.log1p(rate))
    columns = [
        seen.promoted,
        *seen.attributes.T,
        *_known(panel, _log(seen.competitor_price)),
        *_known(panel, _log(seen.competitor_mean)),
        *sold,
        *(_mean(panel.cell, column)[panel.cell] for column in sold),
        *_levels(panel, rate),
        *_past(panel, panel.log_price),
        _lag(panel, seen.promoted),
        (panel.previous < 0).astype(np.float64),
        *weekdays(panel).T,
        *_season(seen.start),
    ]
    design: Floats = np.stack(columns, axis=1)
    del columns
    design -= design.mean(axis=0)
    scale = np.sqrt(np.einsum("nk,nk->k", design, design) / len(design))
    kept = scale > 1e-9
    result = design if kept.all() else design[:, kept]
    result /= scale[kept]
    return result


def weekdays(panel: RegressionPanel) -> Floats:
    """Flags of six weekdays where windows are no longer than a day, (n, 6 or 0)."""
    seen = panel.seen
    if int((seen.end - seen.start).max()) > DAY:
        return np.zeros((len(panel), 0))
    flags: Floats = ((seen.start // DAY % 7)[:, None] == np.arange(6)).astype(np.float64)
    return flags


def _log(price: Floats) -> Floats:
    """Logarithm, NaN where there is no price."""
    return np.log(np.where(price > 0.0, price, np.nan))


def _past(panel: RegressionPanel, values: Floats) -> list[Floats]:
    """The last two values and their averages against all before, and those against the first."""
    average, slow, fast = (_smooth(panel, values, memory) for memory in (None, SLOW, FAST))
    last = _lag(panel, values)
    before = np.where(panel.previous >= 0, _lag(panel, last), 0.0)
    first = np.zeros(len(panel.offers))
    first[panel.offer[::-1]] = values[::-1]
    columns = [last - average, before - average, slow - average, fast - average]
    known = ~np.isnan(average) & (panel.previous >= 0)
    columns = [np.where(known, column, 0.0) for column in columns]
    return [*columns, np.where(np.isnan(average), 0.0, average - first[panel.offer])]


def _levels(panel: RegressionPanel, rate: Floats) -> list[Floats]:
    """Logarithms of averages of the past sales, at several memories, against their long run."""
    usual = _smooth(panel, rate, None)
    floor = 0.2 * usual + 0.05
    gaps = [np.log((_smooth(panel, rate, m) + floor) / (usual + floor)) for m in MEMORIES]
    return [np.where(np.isnan(gap), 0.0, gap) for gap in gaps]


def own_controls(panel: RegressionPanel) -> Floats:
    """Regressors with slopes of each product's own, (n, 3 + ATTRIBUTES): promoted (0 where
    attributes say how), the attributes, the competitors' mean and lowest price.

    The mean price of the category's other products is not among them: effects of weeks hold all of
    it but the product's own part, with which it would be confused.
    """
    seen, products = panel.seen, len(panel.products)
    mean, _ = _known(panel, _log(seen.competitor_mean))
    lowest, _ = _known(panel, _log(seen.competitor_price))
    described = np.bincount(panel.sku, np.abs(seen.attributes).sum(axis=1), products) > 0.0
    promoted = np.where(described[panel.sku], 0.0, seen.promoted)
    return np.column_stack([promoted, seen.attributes, mean, lowest])


def _mean(group: Ints, values: Floats) -> Floats:
    mean: Floats = np.bincount(group, weights=values) / np.maximum(np.bincount(group), 1)
    return mean


def _lag(panel: RegressionPanel, values: Floats) -> Floats:
    return np.where(panel.previous >= 0, values[panel.previous], 0.0)


def _smooth(panel: RegressionPanel, values: Floats, memory: float | None) -> Floats:
    """Exponential (None: plain) average of the offer's earlier values; NaN where there is none."""
    result = np.full(len(panel), np.nan)
    state = np.full(len(panel.offers), np.nan)
    number = np.zeros(len(panel.offers))
    order = np.argsort(panel.time, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(panel.time[order])) + 1):
        offer = panel.offer[rows]
        result[rows] = old = state[offer]
        number[offer] += 1.0
        share = 1.0 / number[offer]
        if memory is not None:
            share = np.maximum(share, 1.0 - memory)
        state[offer] = np.where(np.isnan(old), values[rows], old + share * (values[rows] - old))
    return result


def _known(panel: RegressionPanel, values: Floats) -> tuple[Floats, Floats]:
    """A column with gaps: its move from usual, 0 in the gaps, and where there is none."""
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    number = np.bincount(panel.offer, weights=known)
    usual = np.bincount(panel.offer, weights=filled) / np.maximum(number, 1.0)
    return np.where(known, filled - usual[panel.offer], 0.0), known.astype(np.float64)


def _season(start: Ints) -> list[Floats]:
    day = start // DAY
    if int(day.max() - day.min()) <= LEAST_YEARS_DAYS:
        return []
    turn = 2.0 * np.pi * day / 365.25
    return [f(k * turn) for k in (1, 2) for f in (np.sin, np.cos)]
