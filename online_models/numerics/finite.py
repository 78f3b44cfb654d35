"""What JSON cannot say is not published."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def finite(values: NDArray[Any]) -> NDArray[Any]:
    """Numbers as they are; ValueError where one is NaN or infinite."""
    if not np.isfinite(values).all():
        raise ValueError("a number that is to be published is not finite")
    return values
