"""The prices that most order lines of a window paid, in two counters an offer.

A window's lines may be thousands, and discounts, coupons and typing errors are among them: a mean
of all is nobody's price. Every price that more than a third of the lines paid is among those kept.

Source: Misra, Gries, "Finding repeated elements", Science of Computer Programming 2, 1982.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.compiled import compiled

Ints = NDArray[np.int64]
#: Prices kept per offer and window.
KEPT = 2


@compiled
def note(price: Ints, lines: Ints, total: Ints, rows: Ints, paid: Ints) -> None:
    """Take down order lines in their order: offers `rows` and the unit prices `paid`, (n,).

    `price`, `lines` (offers, KEPT): the kept prices and their counters; `total` (offers,) counts.
    """
    for i in range(len(rows)):
        row, one = rows[i], paid[i]
        total[row] += 1
        place = -1
        for k in range(price.shape[1]):
            if lines[row, k] > 0 and price[row, k] == one:
                place = k
        if place < 0:
            for k in range(price.shape[1] - 1, -1, -1):
                if lines[row, k] == 0:
                    place = k
        if place >= 0:
            price[row, place] = one
            lines[row, place] += 1
        else:
            for k in range(price.shape[1]):
                lines[row, k] -= 1
