"""The guardrails of every contender without policies: never below cost, at most twice the first."""

from __future__ import annotations

import numpy as np

from online_models.market.arrays import Bools, Floats, Ints
from online_models.market.assortment import Assortment
from online_models.market.problem import limits


def legal(assortment: Assortment, prices: Floats) -> Ints:
    """Prices clipped into the limits and rounded, shape (n,)."""
    return np.clip(np.rint(prices).astype(np.int64), *limits(assortment))


def breaches(assortment: Assortment, prices: Ints) -> Bools:
    """Where a price is outside the limits, shape of `prices`."""
    low, high = limits(assortment)
    return (prices < low) | (prices > high)


def markup(assortment: Assortment, elasticity: Floats) -> Ints:
    """The best prices if demand had these constant elasticities (cost ε / (ε − 1)), shape (n,)."""
    bounded = np.maximum(elasticity, 1.05)
    return legal(assortment, assortment.cost / assortment.kept * bounded / (bounded - 1.0))
