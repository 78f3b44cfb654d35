"""The regular price ends in one of certain figures: the nearest such price that is allowed.

Of two equally near prices the lower one is taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.numerics.columns import FEW
from online_models.pricing.context.situation import NO_CEILING, DecisionContext
from online_models.pricing.guardrails.guardrail import Grid, Ints
from online_models.pricing.policy.terms import CompiledPolicy
from online_models.shop.catalogue import NO_PRICE


def nearest_ending(
    endings: tuple[tuple[int, int], ...], price: Ints, low: Ints, high: Ints
) -> Ints:
    """The price in [low, high] with one of `endings` (modulus, remainder) next to `price`.

    `price` lies in [low, high]; NO_PRICE where no such price does. Shapes (n,).

    >>> one = np.array([1030])
    >>> nearest_ending(((100, 99), (100, 49)), one, one - 100, one + 100).tolist()
    [1049]
    """
    if len(price) <= FEW:
        terms = zip(price.tolist(), low.tolist(), high.tolist(), strict=True)
        return np.array([_nearest_to(endings, *one) for one in terms], dtype=np.int64)
    modulus, remainder = np.array(endings, dtype=np.int64).T
    at = price[:, None]
    below = at - (at - remainder) % modulus
    candidates = np.concatenate([below, below + modulus], axis=1)
    legal = (candidates >= low[:, None]) & (candidates <= high[:, None])
    gap = np.where(legal, np.abs(candidates - at), NO_CEILING)
    nearest = gap.min(axis=1)
    best = np.where(gap == nearest[:, None], candidates, NO_CEILING).min(axis=1)
    return np.where(nearest < NO_CEILING, best, NO_PRICE)


def _nearest_to(endings: tuple[tuple[int, int], ...], price: int, low: int, high: int) -> int:
    below = [price - (price - remainder) % modulus for modulus, remainder in endings]
    above = [under + modulus for under, (modulus, _) in zip(below, endings, strict=True)]
    legal = [(abs(one - price), one) for one in (*below, *above) if low <= one <= high]
    return min(legal)[1] if legal else NO_PRICE


def _nearest(situation: DecisionContext, price: Ints, low: Ints, high: Ints) -> Ints:
    return nearest_ending(situation.terms.endings, price, low, high)


def _facts(terms: CompiledPolicy) -> dict[str, Any]:
    return {"endings": list(terms.policy.guardrails.price_endings)}


RULE = Grid(
    "price_endings", binds=lambda terms: bool(terms.endings), nearest=_nearest, facts=_facts
)
