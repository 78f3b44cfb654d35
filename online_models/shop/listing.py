"""Which offers the shop sells, and what is known of the prices that it shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column
from online_models.shop.catalogue import NEVER


class Listing(Columns):
    """One row per offer: whether the product record names its channel, whether any order or click
    showed that it is sold there, whether the shop ever told what it shows, the price last seen
    there (minor units, NaN for none), and when its promotions next begin or end.
    """

    declared: NDArray[np.bool_] = column(np.bool_, False)
    barred: NDArray[np.bool_] = column(np.bool_, False)
    seen: NDArray[np.bool_] = column(np.bool_, False)
    priced: NDArray[np.bool_] = column(np.bool_, False)
    told: NDArray[np.bool_] = column(np.bool_, False)
    seen_price: NDArray[np.float64] = column(np.float64, np.nan)
    turn: NDArray[np.int64] = column(np.int64, NEVER)
