"""What an offer is to the networks: its texts and categories as hashed codes."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.demand.networks.spec import TEXT_FEATURES
from online_models.numerics.columns import Columns, column

_WORD = re.compile(r"\w+")


def code_of(name: str) -> int:
    """A stable 32-bit code of a name; modulo a table's size it is the name's row there.

    >>> code_of("food/coffee") % 128
    59
    """
    return zlib.crc32(name.encode())


def words(name: str, brand: str | None, attributes: Mapping[str, Any]) -> list[str]:
    """The tokens of a product's description, attributes as `key=value`, in order.

    >>> words("Espresso Roast 1kg", "Acme", {"origin": "Brazil"})
    ['espresso', 'roast', '1kg', 'brand=acme', 'origin=brazil']
    """
    found = [word.casefold() for word in _WORD.findall(name)]
    if brand:
        found.append(f"brand={brand.casefold()}")
    for key in sorted(attributes):
        value = attributes[key]
        if isinstance(value, str | int | float | bool):
            found.append(f"{key.casefold()}={str(value).casefold()}")
    return found


def text_features(tokens: Iterable[str], width: int) -> NDArray[np.float32]:
    """Signed counts of hashed tokens over the root of their number, shape (width,)."""
    totals = [0] * width
    number = 0
    for token in tokens:
        code = zlib.crc32(token.encode())
        totals[code % width] += 1 if code & 0x8000_0000 else -1
        number += 1
    counts = np.array(totals, np.float64)
    features: NDArray[np.float32] = (counts / np.sqrt(max(number, 1))).astype(np.float32)
    return features


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
