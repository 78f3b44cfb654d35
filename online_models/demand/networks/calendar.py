"""Calendar features of a window: weekday, hour, season; from its start alone, in UTC.

Hours and seasons are triangular hats around the circle instead of sines: they are made of
comparisons and differences alone, and so are the same on every machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from schemas.values.instants import DAY

WEEKDAYS = 7
HOUR_HATS = 8
YEAR_HATS = 6
#: Mean Gregorian year, ms.
YEAR = 31_556_952_000
#: 1970-01-01 was a Thursday.
_EPOCH_WEEKDAY = 3


def width(window_ms: int, yearly: bool) -> int:
    """Number of features for windows of `window_ms` ms."""
    return WEEKDAYS * (window_ms <= DAY) + HOUR_HATS * (window_ms < DAY) + YEAR_HATS * yearly


def features(start: NDArray[np.int64], window_ms: int, yearly: bool) -> NDArray[np.float32]:
    """Features of the windows that start at `start` (ms, shape (n,)), shape (n, width).

    >>> features(np.array([4 * DAY]), DAY, False).tolist()  # 1970-01-05 was a Monday
    [[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]
    """
    parts: list[NDArray[np.float32]] = []
    if window_ms <= DAY:
        weekday = (start // DAY + _EPOCH_WEEKDAY) % WEEKDAYS
        parts.append((weekday[:, None] == np.arange(WEEKDAYS)).astype(np.float32))
    if window_ms < DAY:
        parts.append(_hats((start % DAY) / DAY, HOUR_HATS))
    if yearly:
        parts.append(_hats(((start + window_ms // 2) % YEAR) / YEAR, YEAR_HATS))
    if not parts:
        return np.zeros((len(start), 0), np.float32)
    return np.concatenate(parts, axis=1)


def _hats(phase: NDArray[np.float64], count: int) -> NDArray[np.float32]:
    """Hats at `count` equally spaced points of a circle; they sum to 1 everywhere."""
    away = np.abs(phase[:, None] * count - np.arange(count))
    around = np.minimum(away, count - away)
    hats: NDArray[np.float32] = np.maximum(1.0 - around, 0.0).astype(np.float32)
    return hats
