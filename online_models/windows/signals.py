"""What was in force at an offer, averaged over the time for which it was."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column
from online_models.shop.catalogue import ALWAYS
from online_models.windows.paid_prices import KEPT

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Signal:
    """A step function of time per offer. Prices are minor units, times the indicator beside them,
    so that an average over the time of presence is a ratio of two integrals.
    """

    ON_SALE: Final = 0
    PRICE: Final = 1
    AVAILABLE: Final = 2
    # these three are written together
    COMPETITOR: Final = 3
    COMPETITOR_LOWEST: Final = 4
    COMPETITOR_MEAN: Final = 5
    PROMOTED: Final = 6
    DEPTH: Final = 7
    DRAWN: Final = 8
    DEVIATION: Final = 9
    ATTRIBUTE: Final = 10


ATTRIBUTES = 4
WIDTH = Signal.ATTRIBUTE + ATTRIBUTES


class SignalColumns(Columns):
    """The present value of every signal and the instant up to which it has been integrated."""

    value: Floats = column(np.float64, 0.0, WIDTH)
    since: Ints = column(np.int64, ALWAYS)
    promotion: NDArray[np.int32] = column(np.int32, -1)


class WindowSums(Columns):
    """Sums over one window, a row per offer. `area` is the integral of each signal over it, ms.

    `units` is net of cancellations and returns, `excess` the part of them that is no measure of
    demand. `lines` counts order lines; `paid` units and their `revenue` (minor units) are of placed
    lines whose price is believed. `quotes` are clicks with a price that is believed, `quoted`
    its sum; `ignored` views are a bot's. `kept_price` are the prices that most lines of the public
    paid, with their counters `kept_lines`, of `public_lines` in all (`paid_prices`). `first_price`
    and `last_price` are those in force when the window began and ended, 0 for none.
    """

    units: Ints = column(np.int64, 0)
    excess: Ints = column(np.int64, 0)
    views: Ints = column(np.int64, 0)
    ignored: Ints = column(np.int64, 0)
    carts: Ints = column(np.int64, 0)
    lines: Ints = column(np.int64, 0)
    paid: Ints = column(np.int64, 0)
    revenue: Floats = column(np.float64, 0.0)
    quotes: Ints = column(np.int64, 0)
    quoted: Floats = column(np.float64, 0.0)
    kept_price: Ints = column(np.int64, 0, KEPT)
    kept_lines: Ints = column(np.int64, 0, KEPT)
    public_lines: Ints = column(np.int64, 0)
    first_price: Floats = column(np.float64, 0.0)
    last_price: Floats = column(np.float64, 0.0)
    promotion: NDArray[np.int32] = column(np.int32, -1)
    area: Floats = column(np.float64, 0.0, WIDTH)
