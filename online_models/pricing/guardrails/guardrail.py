"""The kinds of guardrails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.pricing.context.situation import DecisionContext
from online_models.pricing.policy.terms import CompiledPolicy

Ints = NDArray[np.int64]


def no_facts(terms: CompiledPolicy) -> dict[str, Any]:
    """Nothing to add to the bound itself."""
    del terms
    return {}


@dataclass(frozen=True, slots=True)
class Bound:
    """Prices must lie in [floor, ceiling], minor units of shape (n,).

    `binds` says whether the terms contain it. `regular` bounds hold for the regular price only:
    they set its pace or its distance, not the depth of a promotion that the merchant declared.
    `step` bounds are measured from the price in force: the search for the best price looks beyond
    them, and they come after all other bounds.
    `facts` are the terms behind the bound, for the explanation.
    """

    name: str
    binds: Callable[[CompiledPolicy], bool]
    floor: Callable[[DecisionContext], Ints] | None = None
    ceiling: Callable[[DecisionContext], Ints] | None = None
    regular: bool = False
    step: bool = False
    facts: Callable[[CompiledPolicy], dict[str, Any]] = no_facts


@dataclass(frozen=True, slots=True)
class Grid:
    """Regular prices must be among certain ones.

    `nearest(situation, price, low, high)` is the legal price in [low, high] next to `price`,
    NO_PRICE where there is none.
    """

    name: str
    binds: Callable[[CompiledPolicy], bool]
    nearest: Callable[[DecisionContext, Ints, Ints, Ints], Ints]
    facts: Callable[[CompiledPolicy], dict[str, Any]] = no_facts


@dataclass(frozen=True, slots=True)
class Delay:
    """The regular price stays until `until`, an instant (ms) of shape (n,), exclusive."""

    name: str
    binds: Callable[[CompiledPolicy], bool]
    until: Callable[[DecisionContext], Ints]
    facts: Callable[[CompiledPolicy], dict[str, Any]] = no_facts


Guardrail = Bound | Grid | Delay
