"""Arrays by their types, and what is required of their values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def finite(values: NDArray[Any]) -> NDArray[Any]:
    """Numbers as they are; ValueError where one is NaN or infinite."""
    if not np.isfinite(values).all():
        raise ValueError("a number that is to be published is not finite")
    return values


def filled(shape: int | tuple[int, ...], value: float, dtype: Any = np.int64) -> NDArray[Any]:
    """`np.full`, which takes three times as long of a few."""
    column = np.empty(shape, dtype)
    column.fill(value)
    return column
