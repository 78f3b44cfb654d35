"""What an offer is to the demand models."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.columns import Columns

Integers = NDArray[np.int64]


class Registry(Columns):
    """One row per offer: its product, its channel, its category's row in the tree."""

    FIELDS = {
        "sku": (np.int64, -1),
        "channel": (np.int64, 0),
        "category_row": (np.int64, 0),
        "alarm_up": (np.float64, 0.0),
        "alarm_down": (np.float64, 0.0),
    }
    sku: Integers
    channel: Integers
    category_row: Integers
    #: Cumulative sums of the standardised residual, up and down.
    alarm_up: NDArray[np.float64]
    alarm_down: NDArray[np.float64]
