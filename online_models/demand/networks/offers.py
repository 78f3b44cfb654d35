"""What an offer is, as a network reads it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from online_models.demand.networks.hashing import code_of, text_features
from online_models.demand.networks.spec import TEXT_FEATURES
from online_models.numerics.columns import Columns, column


class Offers(Columns):
    """One row per offer; `item` and `category` are codes, to be folded to a table's size.

    >>> offers = Offers()
    >>> offers.register(0, "a", "food/coffee", ["espresso"], 6.9)
    >>> offers.size, float(offers.first_log_price[0])
    (1, 6.9)
    """

    described: NDArray[np.bool_] = column(np.bool_, False)
    item: NDArray[np.int64] = column(np.int64, 0)
    category: NDArray[np.int64] = column(np.int64, 0)
    #: log of the catalogue's first price in minor units, NaN where there is none.
    first_log_price: NDArray[np.float64] = column(np.float64, np.nan)
    text: NDArray[np.float32] = column(np.float32, 0.0, TEXT_FEATURES)

    def register(
        self, row: int, sku: str, category: str, tokens: Iterable[str], first_log_price: float
    ) -> None:
        """Describe one offer; a later description replaces the former one."""
        self.grow(row + 1)
        self.described[row] = True
        self.item[row] = code_of(sku)
        self.category[row] = code_of(category)
        self.first_log_price[row] = first_log_price
        self.text[row] = text_features(tokens, TEXT_FEATURES)

    def resemble(self, row: int, other: int, first_log_price: float) -> None:
        """Describe one offer like another one of its product."""
        self.grow(row + 1)
        for name in ("described", "item", "category", "text"):
            getattr(self, name)[row] = getattr(self, name)[other]
        self.first_log_price[row] = first_log_price
