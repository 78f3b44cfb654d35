"""The regular price ends in one of certain figures: the nearest such price that is allowed.

Of two equally near prices the lower one is taken; one that undercuts a competitor is rounded
down (`online_models.pricing.guardrails.chain`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from online_models.numerics.compiled import compiled
from online_models.pricing.context.decision_context import NO_CEILING, NO_FLOOR, DecisionContext
from online_models.pricing.guardrails.guardrail import Detail, Grid, Ints
from online_models.pricing.policy.compiled_policy import CompiledPolicy, endings
from online_models.pricing.trace.sheet import minor
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
    return _nearest_ending(_columns(endings), price, low, high)


@lru_cache(maxsize=4096)
def _columns(endings: tuple[tuple[int, int], ...]) -> Ints:
    return np.array(endings, np.int64)


@compiled
def _nearest_ending(endings: Ints, price: Ints, low: Ints, high: Ints) -> Ints:
    found = np.full(price.size, NO_PRICE)
    for i in range(price.size):
        gap = NO_CEILING
        for k in range(endings.shape[0]):
            modulus = endings[k, 0]
            below = price[i] - (price[i] - endings[k, 1]) % modulus
            for candidate in (below, below + modulus):
                apart = abs(candidate - price[i])
                if not low[i] <= candidate <= high[i] or apart > gap:
                    continue
                if apart < gap or candidate < found[i]:
                    gap, found[i] = apart, candidate
    return found


def _nearest(context: DecisionContext, price: Ints, low: Ints, high: Ints) -> Ints:
    return nearest_ending(context.terms.endings, price, low, high)


def _facts(terms: CompiledPolicy) -> dict[str, Any]:
    return {"endings": list(terms.policy.guardrails.price_endings)}


def _sentence(detail: Detail) -> str:
    ends = " or ".join(detail["endings"])
    if not any(detail["output"].endswith(ending) for ending in detail["endings"]):
        low, high = detail["lowest"], detail["highest"]
        return f"No price from {low} to {high or 'any height'} ends in {ends}"
    return f"Prices end in {ends}"


def _recompute(detail: Detail, price: int, digits: int) -> int:
    low, high = detail["lowest"], detail["highest"]
    bounds = (
        max(NO_FLOOR if low is None else minor(low, digits), 1),
        NO_CEILING if high is None else minor(high, digits),
    )
    columns = (np.array([amount], dtype=np.int64) for amount in (price, *bounds))
    found = int(nearest_ending(endings(detail["endings"], digits), *columns)[0])
    return price if found == NO_PRICE else found


RULE = Grid(
    "price_endings",
    binds=lambda terms: bool(terms.endings),
    nearest=_nearest,
    sentence=_sentence,
    recompute=_recompute,
    facts=_facts,
)
