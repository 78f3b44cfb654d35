"""The best price: a grid, finer where it must be, and the top of the parabola through its best."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Points of the grid. Within a band of ±30 % they lie 2 % apart; a parabola through the best point
#: and its neighbours does the rest.
POINTS = 33
#: What lies on either side of the best point at most, the higher price over the lower one: farther
#: apart, as at the lower end of a wide range, a curve is no parabola between them. At an end of the
#: range there is no parabola. Where they lie farther apart, a grid of its own lies between the two.
NEAR, NEAR_AT_END = 1.25, 1.05
#: Minor units between the two, within which every price is a point.
EVERY = 2


def spread(low: Ints, high: Ints, points: int) -> Ints:
    """`points` evenly spaced prices from `low` to `high` inclusive, shape (n, points).

    >>> spread(np.array([100]), np.array([110]), 3).tolist()
    [[100, 105, 110]]
    """
    step = np.arange(points, dtype=np.int64)
    return low[:, None] + (high - low)[:, None] * step[None, :] // (points - 1)


class BestPrice(NamedTuple):
    """The prices of highest worth in a range, and where they gain too little, (n,) each."""

    price: Ints
    idle: NDArray[np.bool_]


def best_price(
    low: Ints,
    high: Ints,
    kept: Ints,
    worthwhile: float,
    worth: Callable[[Floats], Floats],
    kink: Ints,
) -> BestPrice:
    """The price in [low, high] with the highest worth; of equals the highest price.

    `worth` maps prices (n, k) to values (n, k); it should have one peak between the grid's points,
    which may be sharp at the price `kink` (n,), or one below. It is `idle` where the best of the
    prices tried is worth no more than a share `worthwhile` above `kept`, and that is legal.
    """
    legal = (kept >= low) & (kept <= high)
    peaks = np.minimum(np.maximum(kink[:, None] + np.array([-1, 0]), low[:, None]), high[:, None])
    while True:
        grid = spread(low, high, POINTS)
        tried = np.concatenate([grid, peaks, kept[:, None]], axis=1)
        values = worth(tried.astype(np.float64))
        now, sharp, values = values[:, -1], values[:, POINTS:-1], values[:, :POINTS]
        place = _last_best(values)
        below, above = _neighbours(grid, place)
        at_end = (place == 0) | (place == POINTS - 1)
        wide = above > np.where(at_end, NEAR_AT_END, NEAR) * below
        wide &= above - below > EVERY
        if not wide.any():
            break
        low, high = np.where(wide, below, low), np.where(wide, above, high)
    rows, peak = np.arange(len(grid)), _last_best(sharp)
    top, sharpest = values[rows, place], sharp[rows, peak]
    price = np.where(sharpest > top, peaks[rows, peak], grid[rows, place])
    top = np.maximum(sharpest, top)
    stays = legal & (top - now <= worthwhile * np.abs(now))
    # a curve that is broken between the neighbours is no parabola
    broken = (below < peaks[:, 1]) & (peaks[:, 1] < above)
    return BestPrice(np.where(broken, price, _vertex(grid, values, place)), stays)


def _last_best(values: Floats) -> NDArray[np.intp]:
    return np.asarray(values.shape[1] - 1 - np.argmax(values[:, ::-1], axis=1), dtype=np.intp)


def _neighbours(grid: Ints, place: NDArray[np.intp]) -> tuple[Ints, Ints]:
    """The points on either side of the best one."""
    rows, last = np.arange(len(grid)), grid.shape[1] - 1
    return grid[rows, np.maximum(place - 1, 0)], grid[rows, np.minimum(place + 1, last)]


def _vertex(grid: Ints, values: Floats, place: NDArray[np.intp]) -> Ints:
    """The top of the parabola through the best point and its neighbours, where it has one."""
    rows = np.arange(len(grid))
    inner = np.minimum(np.maximum(place, 1), grid.shape[1] - 2)
    x = grid[rows[:, None], inner[:, None] + np.array([-1, 0, 1])].astype(np.float64)
    y = values[rows[:, None], inner[:, None] + np.array([-1, 0, 1])]
    left, right = x[:, 1] - x[:, 0], x[:, 2] - x[:, 1]
    fall, rise = y[:, 1] - y[:, 0], y[:, 1] - y[:, 2]
    bend = left * rise + right * fall
    usable = (place == inner) & (left > 0.0) & (right > 0.0) & (bend > 0.0)
    shift = 0.5 * (right * right * fall - left * left * rise) / np.where(usable, bend, 1.0)
    shift = np.minimum(np.maximum(shift, -left), right)
    best = grid[rows, place]
    return best + np.where(usable, np.rint(shift), 0.0).astype(np.int64)
