"""What a demand curve must tell; each file of this folder is one curve."""

from __future__ import annotations

from typing import Protocol

from online_models.market.arrays import Floats
from online_models.market.assortment import Assortment
from online_models.market.index import Index

#: Elasticity to the lowest rival price, as a share of the own-price elasticity.
RIVAL_SHARE = 0.3


class Demand(Protocol):
    """Expected units a day of all offers at once.

    separable: the rate of an offer depends on no other offer's price.
    """

    separable: bool

    def __init__(self, assortment: Assortment, seed: int, /) -> None: ...

    def coordinate(self, prices: Floats) -> Floats:
        """The price scale that `Index.slope` multiplies; 0 at the first price."""
        ...

    def rates(self, prices: Floats, index: Index) -> Floats:
        """Expected units a day at `prices` (minor units), both of shape (…, n)."""
        ...

    def pullback(self, prices: Floats, index: Index, weights: Floats) -> Floats:
        """Σ_j weights_j · ∂rate_j / ∂price_i, all of shape (n,)."""
        ...
