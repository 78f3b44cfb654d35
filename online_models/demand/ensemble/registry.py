"""What an offer is to the demand models."""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.columns import Columns, column


class OfferRegistry(Columns):
    """One row per offer: its product, its channel, its category's row in the tree."""

    sku: Ints = column(np.int64, -1)
    channel: Ints = column(np.int64, 0)
    category_row: Ints = column(np.int64, 0)
    #: Cumulative sums of the standardised residual, up and down.
    alarm_up: Floats = column(np.float64, 0.0)
    alarm_down: Floats = column(np.float64, 0.0)
