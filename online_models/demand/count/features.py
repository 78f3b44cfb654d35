"""What one window's count is predicted from: levels at several memories, prices, recent ratios.

All is per offer, known before the window, except the window's own price, promotion and competitors.
"""

from __future__ import annotations

import numpy as np

from online_models.demand.inputs.observations import ATTRIBUTES, DAY, Observations
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.columns import Columns, column
from online_models.numerics.special import exp, log, log1p, power

#: Kept per window (per day for shorter windows): memories of one to some seventy windows.
DISCOUNTS = np.array([0.2, 0.4, 0.6, 0.75, 0.88, 0.95, 0.985])
LEVELS = len(DISCOUNTS)
#: The level that the others are measured against, and that a forecast starts from.
MIDDLE = 4
_LOWEST, _HIGHEST = -7.0, 14.0
#: Memories of log prices: the usual price, and the price of late.
SLOW_PRICE, FAST_PRICE = 0.97, 0.7


class CountState(Columns):
    """One row per offer."""

    #: Discounted units, orders and exposure (days × factors) per memory.
    units: Floats = column(np.float64, 0.0, LEVELS)
    orders: Floats = column(np.float64, 0.0, LEVELS)
    exposure: Floats = column(np.float64, 0.0, LEVELS)
    slow_price: Floats = column(np.float64, np.nan)
    fast_price: Floats = column(np.float64, np.nan)
    highest_price: Floats = column(np.float64, np.nan)
    #: Usual log gap to the lowest competitor price.
    competitor_gap: Floats = column(np.float64, np.nan, saved_as="rival_gap")
    #: Units and orders of the last window per day of exposure, and the decayed highest ratio.
    last_ratio: Floats = column(np.float64, 0.0)
    last_orders: Floats = column(np.float64, 0.0)
    recent_high: Floats = column(np.float64, 0.0)
    #: Windows since the last sale.
    zero_run: Floats = column(np.float64, 0.0)
    #: Smoothed squared residual, in standard deviations; log of the last ratio to its forecast.
    variability: Floats = column(np.float64, 1.0)
    surprise: Floats = column(np.float64, 0.0)
    #: Discounted units and orders: their ratio is the usual basket.
    basket_units: Floats = column(np.float64, 1.0)
    basket_orders: Floats = column(np.float64, 1.0)
    windows: Floats = column(np.float64, 0.0, saved_as="buckets")
    last_end: Ints = column(np.int64, -1)


def kept(state: CountState, seen: Observations) -> Floats:
    """Share of each memory that is kept until this window's end, (n, LEVELS)."""
    length = np.maximum(seen.end - seen.start, 1)
    last = state.last_end[seen.offer]
    steps = np.where(last < 0, 1.0, (seen.end - last) / np.maximum(length, DAY))
    steps = np.maximum(steps, 0.0)
    if (steps == 1.0).all():
        return np.broadcast_to(DISCOUNTS, (len(steps), LEVELS))
    return power(DISCOUNTS, steps[:, None])


def levels(state: CountState, offer: Ints, prior: Floats) -> tuple[Floats, Floats]:
    """Units and orders per day at each memory, (LEVELS, n), each shrunk to the next longer one.

    The longest is shrunk to `prior` by one day's worth of exposure.
    """
    units = np.empty((LEVELS, len(offer)))
    orders = np.empty((LEVELS, len(offer)))
    unit_prior = prior
    order_prior = 0.7 * prior
    for level in range(LEVELS - 1, -1, -1):
        weight = state.exposure[offer, level] + 1.0
        units[level] = unit_prior = (state.units[offer, level] + unit_prior) / weight
        orders[level] = order_prior = (state.orders[offer, level] + order_prior) / weight
    return units, orders


def _bounded(gap: Floats, limit: float = 1.0) -> Floats:
    return np.minimum(np.maximum(np.where(np.isnan(gap), 0.0, gap), -limit), limit)


def design(
    state: CountState,
    seen: Observations,
    units: Floats,
    orders: Floats,
    log_calendar: Floats,
    category_shocks: Floats,
    log_category: Floats,
) -> Floats:
    """Regressors of the log rate less its offset, shape (features, n); names in `FEATURES`."""
    offer = seen.offer
    logs = np.minimum(np.maximum(log(np.stack([units, orders])), _LOWEST), _HIGHEST)
    log_units, log_orders = logs
    middle = log_units[MIDDLE]
    gaps = log_units - middle
    gaps[MIDDLE] = middle
    last_orders, usual_orders, last, high_units, run, size = log1p(
        np.stack(
            [
                state.last_orders[offer],
                orders[MIDDLE],
                state.last_ratio[offer],
                state.recent_high[offer],
                state.zero_run[offer],
                units[MIDDLE],
            ]
        )
    )
    price = seen.log_price
    price = np.where(np.isnan(price), state.fast_price[offer], price)
    fast = _bounded(price - state.fast_price[offer])
    slow = _bounded(price - state.slow_price[offer])
    high = _bounded(price - state.highest_price[offer])
    competitor = _bounded(seen.log_competitor_price - price - state.competitor_gap[offer])
    attributes = seen.attributes / (1.0 + np.abs(seen.attributes))
    rows = [
        *gaps,
        *(log_orders - log_units),
        last_orders - usual_orders,
        last - size,
        high_units - size,
        run,
        fast,
        slow,
        high,
        np.maximum(-slow - 0.1, 0.0),
        0.5 * slow * middle,
        competitor,
        0.1 * middle * middle,
        exp(-units[MIDDLE]),
        0.3 * gaps[0] * middle,
        0.3 * gaps[2] * middle,
        0.3 * gaps[0] * gaps[0],
        0.3 * (log_units[2] - log_units[5]) * (log_units[2] - log_units[5]),
        log_calendar,
        log_category - middle,
        *category_shocks,
        log(state.variability[offer]),
        1.0 / (1.0 + state.windows[offer]),
        seen.promoted,
        np.minimum(np.maximum(seen.promotion, 0.0), 1.0),
        *(attributes[:, k] for k in range(ATTRIBUTES)),
    ]
    return np.stack(rows)


#: Number of regressors; the one of the middle level starts at 1, all others at 0.
FEATURES = 2 * LEVELS + 28


def remember(
    state: CountState,
    seen: Observations,
    mean: Floats,
    learnt: Floats,
    orders: Floats,
    exposure: Floats,
    share: Floats,
) -> None:
    """Update the state by one window: `learnt` are bounded units, `exposure` days × factors."""
    offer = seen.offer
    for name, value in (("units", learnt), ("orders", orders), ("exposure", exposure)):
        sums = getattr(state, name)
        sums[offer] = sums.take(offer, axis=0) * share + value[:, None]
    ratio = learnt / exposure
    state.last_ratio[offer] = ratio
    state.last_orders[offer] = orders / exposure
    state.recent_high[offer] = np.maximum(0.85 * state.recent_high[offer], ratio)
    state.zero_run[offer] = np.where(learnt > 0.0, 0.0, state.zero_run[offer] + 1.0)
    spread = np.sqrt(mean + 0.7 * mean * mean)
    residual = np.minimum(np.abs(learnt - mean) / spread, 3.0)
    state.variability[offer] = 0.9 * state.variability[offer] + 0.1 * residual * residual
    state.surprise[offer] = log((learnt + 0.5) / (mean + 0.5))
    state.basket_units[offer] = 0.9 * state.basket_units[offer] + learnt
    state.basket_orders[offer] = 0.9 * state.basket_orders[offer] + orders
    state.windows[offer] += 1.0
    state.last_end[offer] = np.maximum(state.last_end[offer], seen.end)
    price = seen.log_price
    for name, memory in (("slow_price", SLOW_PRICE), ("fast_price", FAST_PRICE)):
        _smooth(getattr(state, name), offer, price, memory)
    highest = state.highest_price[offer] - 0.005
    state.highest_price[offer] = np.fmax(highest, price)
    _smooth(state.competitor_gap, offer, seen.log_competitor_price - price, SLOW_PRICE)


def _smooth(column: Floats, offer: Ints, value: Floats, memory: float) -> None:
    """Exponential average that starts at the first known value and ignores unknown ones."""
    old = column[offer]
    mixed = memory * old + (1.0 - memory) * value
    column[offer] = np.where(np.isnan(value), old, np.where(np.isnan(old), value, mixed))
