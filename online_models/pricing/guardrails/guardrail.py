"""The kinds of guardrails.

A guardrail is declared as one of them: when it binds, what it does, and how its step of an
explanation is put in words. What a step says is enough to apply it again: `minimum`, `maximum` and
`held` mean the same in all steps, a grid says for itself what follows from its details.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.policy.compiled_policy import CompiledPolicy

Ints = NDArray[np.int64]
#: The `detail` of a step of an explanation.
Detail = Mapping[str, Any]


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
    `facts` are the terms behind the bound, for the explanation, where it is called its `title`.
    """

    name: str
    title: str
    binds: Callable[[CompiledPolicy], bool]
    floor: Callable[[DecisionContext], Ints] | None = None
    ceiling: Callable[[DecisionContext], Ints] | None = None
    regular: bool = False
    step: bool = False
    facts: Callable[[CompiledPolicy], dict[str, Any]] = no_facts

    def sentence(self, detail: Detail) -> str:
        """What its step says, without the price that follows."""
        low, high = detail.get("minimum"), detail.get("maximum")
        if "minimum" in detail and low is None:
            return f"{self.title} asks for more than any price can be"
        # a floor of nothing binds nobody
        if low is not None and not low.strip("0."):
            low = None
        if low is not None and high is not None:
            return f"{self.title} asks for {low} to {high}"
        if low is not None:
            return f"{self.title} asks for at least {low}"
        return (
            f"{self.title} does not apply"
            if high is None
            else f"{self.title} asks for at most {high}"
        )


@dataclass(frozen=True, slots=True)
class Grid:
    """Regular prices must be among certain ones.

    `nearest(context, price, low, high)` is the legal price in [low, high] next to `price`,
    NO_PRICE where there is none. `sentence(detail)` is what its step says, without the price that
    follows, and `recompute(detail, price, digits)` that price, in minor units.
    """

    name: str
    binds: Callable[[CompiledPolicy], bool]
    nearest: Callable[[DecisionContext, Ints, Ints, Ints], Ints]
    sentence: Callable[[Detail], str]
    recompute: Callable[[Detail, int, int], int]
    facts: Callable[[CompiledPolicy], dict[str, Any]] = no_facts


@dataclass(frozen=True, slots=True)
class Delay:
    """The regular price stays until `until`, an instant (ms) of shape (n,), exclusive."""

    name: str
    title: str
    binds: Callable[[CompiledPolicy], bool]
    until: Callable[[DecisionContext], Ints]
    facts: Callable[[CompiledPolicy], dict[str, Any]] = no_facts

    def sentence(self, detail: Detail) -> str:
        """What its step says, without the price that follows."""
        if detail["held"] is None:
            return f"{self.title} does not stand in the way"
        return f"{self.title} holds the price until {detail['until']}"


Guardrail = Bound | Grid | Delay
