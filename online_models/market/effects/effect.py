"""What an effect must tell; each file of this folder is one effect."""

from __future__ import annotations

from typing import Any, Protocol

from online_models.market.arrays import Floats
from online_models.market.assortment import Assortment
from online_models.market.index import Shift


class Effect(Protocol):
    """A part of the demand index that changes by the day.

    stateful: today's prices change tomorrow's shift; such an effect vanishes when prices stay put.
    """

    stateful: bool

    def __init__(self, assortment: Assortment, seed: int, /) -> None: ...

    def shift(self, day: int, /) -> Shift:
        """Today's part of the index; the same until `advance`."""
        ...

    def advance(self, day: int, coordinate: Floats, /) -> None:
        """End the day, whose prices had the given coordinate, shape (n,)."""
        ...

    def announce(self, day: int, /) -> list[dict[str, Any]]:
        """Records of topic `promotions` that become known on this day."""
        ...
