"""The guardrails' bounds of a group of offers, and who sets the tightest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.arrays import filled
from online_models.numerics.compiled import compiled
from online_models.numerics.masks import everywhere
from online_models.pricing.context.decision_context import (
    NO_CEILING,
    NO_FLOOR,
    DecisionContext,
    LegalRange,
)
from online_models.pricing.guardrails import GUARDRAILS, Bound, Guardrail
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.pricing.trace.steps import Step, Trace, Values, members

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NOBODY = -1


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


class Floors(NamedTuple):
    """The lowest legal price of each offer, minor units, (n,), from 1 to the largest that can be
    said; and which of `rules` sets it, (n,), NOBODY where none does.
    """

    price: Ints
    by: Ints
    rules: list[Bound]

    def take(self, chosen: Flags) -> Floors:
        """Those of some of the offers."""
        return Floors(self.price[chosen], self.by[chosen], self.rules)

    def rule(self, place: int) -> Bound | None:
        """The bound that sets one."""
        code = int(self.by[place])
        return None if code == NOBODY else self.rules[code]


def floors(context: DecisionContext) -> Floors:
    """What the bounds on every price leave below."""
    rules = on_every_price(context.terms)
    price = np.full(len(context), 1, dtype=np.int64)
    by = np.full(len(context), NOBODY, dtype=np.int64)
    for code, rule in enumerate(rules):
        if rule.floor is not None:
            own = rule.floor(context)
            by = np.where(own > price, code, by)
            price = np.maximum(price, np.minimum(own, context.largest))
    return Floors(price, by, rules)


@lru_cache(maxsize=4096)
def binding(terms: CompiledPolicy) -> tuple[Binding, ...]:
    """The guardrails that bind under these terms, in their order."""
    return tuple(
        Binding(code, rule, members(rule.facts(terms)))
        for code, rule in enumerate(GUARDRAILS)
        if rule.binds(terms)
    )


#: A bound's kind: it holds for every price, for the regular price, or for a step of it.
_EVERY, _REGULAR, _STEP = 0, 1, 2


class BindingBounds(NamedTuple):
    """The bounds among the guardrails that bind, in their order, with their index in GUARDRAILS and
    their kind, (rules,) each; `facts` as in `Binding`.
    """

    rules: tuple[Bound, ...]
    facts: tuple[bytes, ...]
    codes: Ints
    kinds: Ints


@lru_cache(maxsize=4096)
def bounds_of(terms: CompiledPolicy) -> BindingBounds:
    """Those under these terms."""
    found = [(code, rule, facts) for code, rule, facts in binding(terms) if isinstance(rule, Bound)]
    return BindingBounds(
        tuple(rule for _, rule, _ in found),
        tuple(facts for *_, facts in found),
        np.array([code for code, *_ in found], np.int64),
        np.array([_kind(rule) for _, rule, _ in found], np.int64),
    )


def _kind(rule: Bound) -> int:
    return _STEP if rule.step else _REGULAR if rule.regular else _EVERY


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of n offers with their `floors` and `ceilings`, (rules, n); NO_FLOOR and
    NO_CEILING where a rule has none, NO_CEILING as a floor that no price can reach.

    `low` and `high` are the tightest, `low_by` and `high_by` the index in GUARDRAILS of who sets
    them (NOBODY), all of shape (n,).
    """

    bounds: BindingBounds
    floors: Ints
    ceilings: Ints
    low: Ints
    high: Ints
    low_by: Ints
    high_by: Ints
    legal: LegalRange


def limits(context: DecisionContext, bounded: Flags, regular: Flags, paced: Flags) -> Limits:
    """The bounds that hold for each offer.

    `bounded` offers keep to the bounds on every price, `regular` ones also to those on the regular
    price, and `paced` ones of these also to the steps.
    """
    bounds = bounds_of(context.terms)
    shape = len(bounds.rules), len(context)
    floors, ceilings = filled(shape, NO_FLOOR), filled(shape, NO_CEILING)
    for place, rule in enumerate(bounds.rules):
        if rule.floor is not None:
            floors[place] = rule.floor(context)
        if rule.ceiling is not None:
            ceilings[place] = rule.ceiling(context)
    floors[floors > context.largest] = NO_CEILING
    lowest, highest, low, high, low_by, high_by = _tightest(
        bounds.codes,
        bounds.kinds,
        floors,
        ceilings,
        bounded,
        regular,
        paced,
        context.regular_price,
        context.largest,
    )
    legal = LegalRange(lowest, highest, low, high)
    return Limits(bounds, floors, ceilings, low, high, low_by, high_by, legal)


@compiled
def _tightest(
    codes: Ints,
    kinds: Ints,
    floors: Ints,
    ceilings: Ints,
    bounded: Flags,
    regular: Flags,
    paced: Flags,
    regular_price: Ints,
    largest: int,
) -> Ints:
    """The tightest floor and ceiling before the steps, those of all bounds, and who sets these;
    (6, n).
    """
    found = np.empty((6, bounded.size), np.int64)
    for i in range(bounded.size):
        low, high, low_by, high_by = NO_FLOOR, NO_CEILING, NOBODY, NOBODY
        lowest, highest, stepped = low, high, False
        for k in range(codes.size):
            if kinds[k] == _STEP and not stepped:
                lowest, highest, stepped = low, high, True
            if not _holds(kinds[k], bounded[i], regular[i], paced[i]):
                continue
            if floors[k, i] > low:
                low, low_by = floors[k, i], codes[k]
            if ceilings[k, i] < high:
                high, high_by = ceilings[k, i], codes[k]
        # a price that nothing bounds may double, and go to the next ending
        if regular_price[i] > largest // 4:
            high = min(high, largest)
        if not stepped:
            lowest, highest = low, high
        found[0, i], found[1, i] = lowest, highest
        found[2, i], found[3, i], found[4, i], found[5, i] = low, high, low_by, high_by
    return found


@compiled
def _holds(kind: int, bounded: bool, regular: bool, paced: bool) -> bool:
    if kind == _EVERY:
        return bounded
    return regular if kind == _REGULAR else paced


def within_bounds(
    limits: Limits, trace: Trace, bounded: Flags, regular: Flags, paced: Flags
) -> tuple[Trace, NDArray[np.int8]]:
    """The trace's prices moved into each bound in turn, and the index in GUARDRAILS of the last
    that moved each (NOBODY), (n,).
    """
    rules, facts, codes, kinds = limits.bounds
    masks = bounded, regular, paced
    outputs, moved_by = _within(trace.price, codes, kinds, limits.floors, limits.ceilings, *masks)
    applies = [None if everywhere(mask) else mask for mask in masks]
    steps = list(trace.steps)
    for place, (rule, kind) in enumerate(zip(rules, kinds.tolist(), strict=True)):
        details: dict[str, Values] = {}
        if rule.floor is not None:
            details["minimum"] = limits.floors[place]
        if rule.ceiling is not None:
            details["maximum"] = limits.ceilings[place]
        steps.append(Step(rule.name, outputs[place], details, facts[place], applies[kind]))
    return Trace(steps[-1].output if rules else trace.price, tuple(steps)), moved_by


@compiled
def _within(
    price: Ints,
    codes: Ints,
    kinds: Ints,
    floors: Ints,
    ceilings: Ints,
    bounded: Flags,
    regular: Flags,
    paced: Flags,
) -> tuple[Ints, NDArray[np.int8]]:
    outputs, moved_by = np.empty_like(floors), np.full(price.size, NOBODY, np.int8)
    for i in range(price.size):
        at = price[i]
        for k in range(codes.size):
            if _holds(kinds[k], bounded[i], regular[i], paced[i]):
                before = at
                # a floor that no price reaches is reported as a conflict, not as a price
                if floors[k, i] < NO_CEILING:
                    at = max(at, floors[k, i])
                at = min(at, ceilings[k, i])
                if at != before:
                    moved_by[i] = codes[k]
            outputs[k, i] = at
    return outputs, moved_by
