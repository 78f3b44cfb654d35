"""What an offer is to the demand models."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column

Integers = NDArray[np.int64]


class OfferRegistry(Columns):
    """One row per offer: its product, its channel, its category's row in the tree."""

    sku: Integers = column(np.int64, -1)
    channel: Integers = column(np.int64, 0)
    category_row: Integers = column(np.int64, 0)
    #: Cumulative sums of the standardised residual, up and down.
    alarm_up: NDArray[np.float64] = column(np.float64, 0.0)
    alarm_down: NDArray[np.float64] = column(np.float64, 0.0)
