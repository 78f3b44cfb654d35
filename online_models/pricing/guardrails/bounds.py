"""The guardrails' bounds of a group of offers, and who sets the tightest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.pricing.context.decision_context import (
    NO_CEILING,
    NO_FLOOR,
    DecisionContext,
    LegalRange,
)
from online_models.pricing.guardrails import GUARDRAILS, Bound, Guardrail
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.pricing.trace.steps import members


class Binding(NamedTuple):
    """A guardrail with its index in GUARDRAILS; `facts` are JSON members, without the braces."""

    code: int
    rule: Guardrail
    facts: bytes


def on_every_price(terms: CompiledPolicy) -> list[Bound]:
    """The bounds of a policy that hold for every price, whatever sets it, in their order."""
    return [
        rule
        for rule in GUARDRAILS
        if isinstance(rule, Bound) and not rule.regular and rule.binds(terms)
    ]


@lru_cache(maxsize=4096)
def binding(terms: CompiledPolicy) -> tuple[Binding, ...]:
    """The guardrails that bind under these terms, in their order."""
    return tuple(
        Binding(code, rule, members(rule.facts(terms)))
        for code, rule in enumerate(GUARDRAILS)
        if rule.binds(terms)
    )


Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Limit:
    """One bound with its floor and ceiling (None: it has none), shape (n,), and where it holds
    (None: everywhere).
    """

    floor: Ints | None
    ceiling: Ints | None
    applies: Flags | None


@dataclass(frozen=True, slots=True)
class Limits:
    """All bounds by guardrail; `low` and `high` are the tightest, `low_by` and `high_by` the
    index in GUARDRAILS of who sets them (NOBODY), all of shape (n,).
    """

    of: dict[str, Limit]
    low: Ints
    high: Ints
    low_by: NDArray[np.int8]
    high_by: NDArray[np.int8]
    legal: LegalRange


def limits(context: DecisionContext, bounded: Flags, regular: Flags, paced: Flags) -> Limits:
    """The bounds that hold for each offer.

    `bounded` offers keep to the bounds on every price, `regular` ones also to those on the regular
    price, and `paced` ones of these also to the steps.
    """
    n = len(context)
    low = np.full(n, NO_FLOOR, dtype=np.int64)
    high = np.full(n, NO_CEILING, dtype=np.int64)
    low_by = np.full(n, NOBODY, dtype=np.int8)
    high_by = low_by
    of: dict[str, Limit] = {}
    before_steps: tuple[Ints, Ints] | None = None
    masks = bounded, regular, paced
    everywhere = [bool(mask.all()) for mask in masks]
    for code, rule, _ in binding(context.terms):
        if not isinstance(rule, Bound):
            continue
        if rule.step and before_steps is None:
            before_steps = low, high
        kind = rule.regular + rule.step
        applies = None if everywhere[kind] else masks[kind]
        floor = None if rule.floor is None else rule.floor(context)
        ceiling = None if rule.ceiling is None else rule.ceiling(context)
        if floor is not None:
            # what no price can reach
            floor = np.where(floor > context.largest, NO_CEILING, floor)
            tighter = floor > low if applies is None else applies & (floor > low)
            low = np.where(tighter, floor, low)
            low_by = np.where(tighter, np.int8(code), low_by)
        if ceiling is not None:
            tighter = ceiling < high if applies is None else applies & (ceiling < high)
            high = np.where(tighter, ceiling, high)
            high_by = np.where(tighter, np.int8(code), high_by)
        of[rule.name] = Limit(floor, ceiling, applies)
    # a price that nothing bounds may double, and go to the next ending
    near = context.regular_price > context.largest // 4
    if near.any():
        high = np.where(near, np.minimum(high, context.largest), high)
    legal = LegalRange(*(before_steps or (low, high)), low, high)
    return Limits(of, low, high, low_by, high_by, legal)
