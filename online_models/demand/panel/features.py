"""The panel model's rows: log units and regressors of a product in one channel.

Prices enter as deviations from each offer's own usual price, so that a channel that is absent
in a window changes no average of those that are there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.demand.inputs.observations import ATTRIBUTES, Observations
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.columns import Columns, column
from online_models.numerics.special import log, sum_by

#: Units of the regressors: price moves of 15 %, moves of the competitors' mean of 10 %.
PRICE_UNIT, COMPETITOR_UNIT = 0.15, 0.10
#: An offer's usual price follows by this share a window, at first by the plain average.
ANCHOR_STEP = 0.03


class OfferState(Columns):
    """One row per offer."""

    #: Usual log prices: own, the lowest competitor's, the competitors' mean.
    price_anchor: Floats = column(np.float64, np.nan)
    competitor_anchor: Floats = column(np.float64, np.nan, saved_as="rival_anchor")
    competitor_mean_anchor: Floats = column(np.float64, np.nan, saved_as="rival_mean_anchor")
    #: Averages of the deviation from the product's mean log units, from all time to the last.
    intercept: Floats = column(np.float64, 0.0)
    slow: Floats = column(np.float64, 0.0)
    middle: Floats = column(np.float64, 0.0)
    fast: Floats = column(np.float64, 0.0)
    last: Floats = column(np.float64, 0.0)
    #: Last price deviation from the product's mean.
    last_price: Floats = column(np.float64, 0.0)
    #: Squared residual of the channel level against its product's, smoothed.
    variance_ratio: Floats = column(np.float64, 1.0)
    windows: Floats = column(np.float64, 0.0, saved_as="buckets")


@dataclass(frozen=True, slots=True)
class PanelRows:
    """Regressors of n rows, none of them NaN."""

    #: Own price, competitors' mean and lowest price: deviations from usual, in their units.
    price: Floats
    competitor_mean: Floats
    competitor: Floats
    promoted: Floats
    depth: Floats
    #: Promotion attributes squashed into (−2, 2), (ATTRIBUTES, n).
    attributes: Floats


def panel_rows(state: OfferState, seen: Observations) -> PanelRows:
    """Regressors of a window's rows."""
    offer = seen.offer

    def deviation(value: Floats, anchor: Floats, unit: float) -> Floats:
        gap = (log(value) - anchor[offer]) / unit
        return np.where(np.isnan(gap), 0.0, np.minimum(np.maximum(gap, -8.0), 8.0))

    attributes = seen.attributes.T
    return PanelRows(
        deviation(seen.price, state.price_anchor, PRICE_UNIT),
        deviation(seen.competitor_mean, state.competitor_mean_anchor, COMPETITOR_UNIT),
        deviation(seen.competitor_price, state.competitor_anchor, COMPETITOR_UNIT),
        np.minimum(np.maximum(seen.promoted, 0.0), 1.0),
        np.minimum(np.maximum(seen.promotion, 0.0), 1.0),
        2.0 * attributes / (1.0 + np.abs(attributes)),
    )


def remember_prices(state: OfferState, seen: Observations) -> None:
    """Let the usual prices follow; `state.windows` still counts the windows before this one."""
    offer = seen.offer
    step = np.maximum(1.0 / (state.windows[offer] + 1.0), ANCHOR_STEP)
    for name, value in (
        ("price_anchor", seen.price),
        ("competitor_anchor", seen.competitor_price),
        ("competitor_mean_anchor", seen.competitor_mean),
    ):
        column = getattr(state, name)
        old, new = column[offer], log(value)
        moved = np.where(np.isnan(old), new, old + step * (new - old))
        column[offer] = np.where(np.isnan(new), old, moved)


def averages(rows: PanelRows, place: Ints, groups: int) -> PanelRows:
    """Averages of the rows by group, each (groups,)."""
    counts = np.maximum(np.bincount(place, minlength=groups), 1)

    def average(values: Floats) -> Floats:
        return sum_by(place, values, groups) / counts

    attributes = np.stack([average(a.copy()) for a in rows.attributes])
    return PanelRows(
        average(rows.price),
        average(rows.competitor_mean),
        average(rows.competitor),
        average(rows.promoted),
        average(rows.depth),
        attributes,
    )


def by_row(means: PanelRows, place: Ints) -> PanelRows:
    """Group averages laid out by row."""
    return PanelRows(
        means.price[place],
        means.competitor_mean[place],
        means.competitor[place],
        means.promoted[place],
        means.depth[place],
        means.attributes[:, place],
    )


#: Number of regressors of the channel level.
CHANNEL_FEATURES = 11 + ATTRIBUTES


def channel_design(
    state: OfferState, offer: Ints, rows: PanelRows, means: PanelRows, shock: Floats
) -> Floats:
    """Regressors of the deviation from the product's mean, (CHANNEL_FEATURES, n).

    `means` are the rows' product averages, `shock` the smoothed shock of their channel.
    """
    usual = state.intercept[offer]
    return np.stack(
        [
            usual,
            state.slow[offer] - usual,
            state.middle[offer] - usual,
            state.fast[offer] - usual,
            state.last[offer] - usual,
            rows.price - means.price,
            rows.competitor_mean - means.competitor_mean,
            rows.competitor - means.competitor,
            rows.promoted - means.promoted,
            state.last_price[offer],
            shock,
            *(rows.attributes - means.attributes),
        ]
    )
