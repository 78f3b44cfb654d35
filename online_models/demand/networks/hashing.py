"""Names and descriptions as integers and signed features, without a vocabulary.

A new product or category needs no retraining to have a place. References: Weinberger, Dasgupta,
Langford, Smola, Attenberg, "Feature hashing for large scale multitask learning", ICML 2009.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
