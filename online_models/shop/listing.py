"""Which offers the shop sells, and what is known of the prices that it shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column
from online_models.shop.catalogue import NEVER


class Listing(Columns):
    """One row per offer: whether the product record names its channel, whether any order or click
    showed that it is sold there, whether the shop ever acknowledged a price, the price last
    paid or seen there (minor units, NaN for none), and when its promotions next begin or end.
    `withheld`: the record names the channel and says that nothing is sold on it.

    `confirmed_price` is the last price in force that an order or a click showed, minor units, NaN
    for none. `contradicted`: the last of them showed another price, which is then believed.
    `doubted`: so it did, believed or not.
    """

    declared: NDArray[np.bool_] = column(np.bool_, False)
    withheld: NDArray[np.bool_] = column(np.bool_, False, saved_as="barred")
    seen: NDArray[np.bool_] = column(np.bool_, False)
    priced: NDArray[np.bool_] = column(np.bool_, False)
    acknowledged: NDArray[np.bool_] = column(np.bool_, False, saved_as="told")
    reported_price: NDArray[np.float64] = column(np.float64, np.nan, saved_as="seen_price")
    confirmed_price: NDArray[np.float64] = column(np.float64, np.nan)
    contradicted: NDArray[np.bool_] = column(np.bool_, False)
    doubted: NDArray[np.bool_] = column(np.bool_, False)
    promotion_change_ms: NDArray[np.int64] = column(np.int64, NEVER, saved_as="turn")
