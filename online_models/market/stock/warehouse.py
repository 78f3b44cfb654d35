"""What a stock must tell; each file of this folder is one way to keep it."""

from __future__ import annotations

from typing import Protocol

from online_models.market.arrays import Ints
from online_models.market.assortment import Assortment


class Warehouse(Protocol):
    """Units on hand by offer; sales beyond them are lost."""

    def __init__(self, assortment: Assortment, seed: int, /) -> None: ...

    def on_hand(self) -> Ints:
        """Units that can be sold today, shape (n,)."""
        ...

    def spoiling(self) -> Ints:
        """Units of them that spoil tonight unless they are sold first, shape (n,)."""
        ...

    def inbound(self) -> Ints:
        """Units on their way by days until they arrive, shape (days, n)."""
        ...

    def advance(self, day: int, sold: Ints, /) -> None:
        """Close the day: take what was sold, spoil, receive, order anew."""
        ...
