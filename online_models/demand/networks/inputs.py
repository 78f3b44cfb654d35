"""The inputs of a network for windows to come, from the history before them.

So a forecast cannot rise with the own price, whatever the weights. References: Daniels, Velikova,
"Monotone and partially monotone neural networks", IEEE TNN 21 (2010).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from online_models.demand.inputs.observations import Observations
from online_models.demand.networks import calendar
from online_models.demand.networks.history import KEPT, History, exposure
from online_models.demand.networks.levels import DISCOUNTS
from online_models.demand.networks.spec import STATIC_FEATURES, WINDOW_CHANNELS, Spec
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import exp, log, log1p, total

#: Prices further than this (log) from the reference are forecast as if they were this far.
FURTHEST = 1.5
#: Deviations within ± this (log) of the reference are hardly noticed: demand may bend there.
BEND = 0.05


def price_features(log_price: Floats, reference: Floats, log_competitor: Floats) -> Floats:
    """Features of shape (n, 4), each non-decreasing in `log_price`.

    The deviation from the reference price; what of it lies above and below the bend; and the gap
    to the competitor's price. Where a price is unknown (NaN) its features are 0.

    >>> price_features(np.array([0.2]), np.array([0.0]), np.array([np.nan])).round(2).tolist()
    [[0.2, 0.15, 0.0, 0.0]]
    """
    deviation = log_price - reference
    deviation = np.where(deviation == deviation, deviation, 0.0)
    deviation = np.minimum(np.maximum(deviation, -FURTHEST), FURTHEST)
    gap = log_price - log_competitor
    gap = np.where(gap == gap, np.minimum(np.maximum(gap, -1.0), 1.0), 0.0)
    above = np.maximum(deviation - BEND, 0.0)
    below = np.minimum(deviation + BEND, 0.0)
    return np.stack([deviation, above, below, gap], axis=1)


Floats32 = NDArray[np.float32]

#: Windows after which the shop's own rhythm repeats: a week of days.
SEASON = 7
#: Windows of an offer after which its own embedding counts half; before, its text and category do.
HALF_KNOWN = 14.0
#: Places among the static features, and what they are multiplied by: the log of the offer's level,
#: and how far its category's lies above.
LEVEL, LEVEL_SCALE = 3, 0.3
CATEGORY_LEVEL, CATEGORY_SCALE = 4, 0.5
#: Scatter about the level, the highest units of late, and all else that is 0 without a past.
SCATTER, HIGHEST = 26, 27
PAST = [4, 5, 6, 7, 20, 21, 22, 23]
SCATTER_FLOOR = 0.05


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a network reads, n rows."""

    #: Past windows, the newest last, shape (n, lookback, WINDOW_CHANNELS).
    past: Floats32
    #: Levels, ages, promotion, calendar, text: shape (n, static).
    static: Floats32
    #: Rows of the embedding tables, and how far the item's counts (0 to 1).
    item: Ints
    category: Ints
    known: Floats32
    #: Features of the price path, shape (n, PRICE_FEATURES), not negative's slope to be applied.
    price: Floats32
    #: Log of the expected units if nothing but level and time in stock mattered, shape (n,).
    offset: Floats

    def __len__(self) -> int:
        return len(self.item)

    def take(self, rows: Ints | Flags | slice) -> Inputs:
        """The rows chosen, in the order chosen."""
        return Inputs(*(getattr(self, field.name)[rows] for field in fields(self)))


def inputs(history: History, seen: Observations, spec: Spec) -> Inputs:
    """Inputs of the windows `seen`, whose units are not read; views of the window neither."""
    offer = seen.offer
    level = history.level(offer)
    reference = history.reference(offer)
    offers = history.offers
    with np.errstate(invalid="ignore"):
        log_price = log(np.where(seen.price > 0.0, seen.price, np.nan))
        log_competitor = log(np.where(seen.competitor_price > 0.0, seen.competitor_price, np.nan))
    age = history.running.age[offer]
    return Inputs(
        past=_past(history, offer, level, reference, spec.lookback),
        static=_static(history, seen, spec, level, reference, log_competitor),
        item=offers.item[offer] % spec.items,
        category=offers.category[offer] % spec.categories,
        known=(age / (age + HALF_KNOWN)).astype(np.float32),
        price=price_features(log_price, reference, log_competitor).astype(np.float32),
        offset=log(level) + log(exposure(seen)),
    )


def as_new(seen: Inputs) -> Inputs:
    """The same windows as they would look if their offers had no past: n rows.

    What is left is the category, its level and shocks, price, promotion, calendar and text. The
    category's level holds what the offers themselves have sold.
    """
    static = np.array(seen.static)
    above = static[:, CATEGORY_LEVEL] / CATEGORY_SCALE
    level = static[:, LEVEL] / LEVEL_SCALE + above
    static[:, : len(DISCOUNTS)] = 0.0
    static[:, LEVEL] = level * LEVEL_SCALE
    static[:, PAST] = 0.0
    static[:, SCATTER] = log(np.full(1, 1.0 + SCATTER_FLOOR)) * 0.5
    static[:, HIGHEST] = -log1p(exp(level.astype(np.float64)))
    return replace(
        seen,
        past=np.zeros_like(seen.past),
        static=static,
        known=np.zeros_like(seen.known),
        offset=seen.offset + above,
    )


def _past(history: History, offer: Ints, level: Floats, reference: Floats, length: int) -> Floats32:
    """The past relative to level and reference price, shape (n, length, WINDOW_CHANNELS)."""
    kept = history.last(offer, length).astype(np.float64)
    column = {name: kept[:, :, i] for i, name in enumerate(KEPT)}
    seen = column["seen"]
    relative = column["log_price"] - reference[:, None]
    relative = np.where((relative == relative) & (seen > 0.0), relative, 0.0)
    scale = log1p(level)[:, None]
    shape = (len(offer), length, WINDOW_CHANNELS)
    past = np.zeros(shape, np.float32)
    past[:, :, 0] = (log1p(column["rate"]) - scale) * seen
    past[:, :, 1] = np.minimum(column["rate"] / level[:, None], 10.0) * 0.3 * seen
    past[:, :, 2] = np.minimum(np.maximum(relative, -1.0), 1.0) * 4.0
    past[:, :, 3] = column["competitor_gap"] * 4.0
    past[:, :, 4] = column["promotion"] * 4.0
    past[:, :, 5] = column["available"]
    past[:, :, 6] = log1p(column["views"]) * 0.25
    past[:, :, 7] = seen
    return past


def _static(
    history: History,
    seen: Observations,
    spec: Spec,
    level: Floats,
    reference: Floats,
    log_competitor: Floats,
) -> Floats32:
    """Everything else that is known before the window, shape (n, spec.static)."""
    offer, running = seen.offer, history.running
    static = np.zeros((len(offer), spec.static), np.float32)
    shrunk = (running.units[offer] + level[:, None]) / (running.time[offer] + 1.0)
    category = history.category(offer)
    for i in range(len(DISCOUNTS)):
        static[:, i] = log(shrunk[:, i]) - log(level)
    static[:, LEVEL] = log(level) * LEVEL_SCALE
    above = log(history.categories.level(category)) - log(level)
    static[:, CATEGORY_LEVEL] = above * CATEGORY_SCALE
    static[:, 5] = log1p(running.age[offer]) * 0.25
    static[:, 6] = log1p(running.silence[offer]) * 0.5
    static[:, 7] = log1p(running.silence[offer] * level) * 0.5
    position = reference - history.categories.mean_log_price(category)
    static[:, 8] = np.where(position == position, np.minimum(np.maximum(position, -3.0), 3.0), 0.0)
    static[:, 9] = log_competitor == log_competitor
    static[:, 10] = seen.promotion * 4.0
    static[:, 11] = seen.promoted
    static[:, 12:16] = np.minimum(np.maximum(seen.attributes, -10.0), 10.0)
    static[:, 16] = history.shop[-1] * 2.0
    static[:, 17] = history.shop[-2] * 2.0
    static[:, 18] = history.shop[-SEASON] * 2.0
    static[:, 19] = total(history.shop[-SEASON:]) * (2.0 / SEASON)
    bulk = log((running.orders[offer] + 1.0) / (running.units[offer] + 1.0))
    static[:, 20 : 20 + len(DISCOUNTS)] = bulk
    static[:, 23] = log1p(running.orders[offer, 0] / (running.time[offer, 0] + 1.0))
    static[:, 24] = history.categories.shock[category] * 2.0
    static[:, 25] = history.categories.lasting[category] * 2.0
    static[:, SCATTER] = log(running.variability[offer] + SCATTER_FLOOR) * 0.5
    static[:, HIGHEST] = log1p(running.high[offer]) - log1p(level)
    after = STATIC_FEATURES + spec.calendar
    static[:, STATIC_FEATURES:after] = calendar.features(seen.start, spec.window_ms, spec.yearly)
    static[:, after:] = history.offers.text[offer]
    return static
