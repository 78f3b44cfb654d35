"""Raw prices through the guardrails, step by step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.numerics.arrays import filled
from online_models.numerics.masks import anywhere, everywhere
from online_models.pricing.context.decision_context import NO_CEILING, DecisionContext, Flags, Ints
from online_models.pricing.guardrails import GUARDRAILS, Delay, Grid
from online_models.pricing.guardrails.bounds import NOBODY, Limits, binding, within_bounds
from online_models.pricing.trace.steps import Trace, Values
from online_models.shop.catalogue import NEVER, NO_PRICE
from schemas.values.instants import to_text

#: Codes of pairs of guardrails are in this base; the last digit of a pair may be nobody.
_BASE = len(GUARDRAILS) + 1


def pair_names(pair: int) -> list[str]:
    """The guardrails of a conflict's code, in order of the guardrails."""
    return code_names(code for code in divmod(pair, _BASE) if code < len(GUARDRAILS))


def code_names(codes: Iterable[int]) -> list[str]:
    """Names of guardrails by their index (NOBODY is left out), in their order."""
    return [GUARDRAILS[code].name for code in sorted(codes) if code >= 0]


def _pair(one: Ints, other: Ints) -> NDArray[np.int32]:
    codes = (np.where(by == NOBODY, _BASE - 1, by).astype(np.int32) for by in (one, other))
    first, second = codes
    return first * _BASE + second


class GuardrailResult(NamedTuple):
    """What the guardrails made of the raw prices, shape (n,).

    `binding` is the index in GUARDRAILS of the last one that moved the price (NOBODY), `conflict`
    the code of those that contradict each other (NOBODY; see `pair_names`), `stuck` the code of
    those that leave a legal price on the way to the wanted one out of reach for ever, `delayed`
    until when a delay holds the price (NEVER: none does).
    """

    binding: NDArray[np.int8]
    conflict: NDArray[np.int32]
    stuck: NDArray[np.int32]
    delayed: Ints


def pass_through(
    context: DecisionContext,
    trace: Trace,
    bounds: Limits,
    bounded: Flags,
    regular: Flags,
    paced: Flags,
    at_most: Flags,
) -> tuple[Trace, GuardrailResult]:
    """The trace's prices led through all guardrails; where they contradict, the price stays.

    `bounded`, `regular` and `paced` are those of `limits`; delays hold for `paced` offers. Prices
    of `at_most` offers are rounded down.
    """
    raw, n = trace.price, len(context)
    conflict = _contradicted(bounds, bounded)
    stuck, delayed = filled(n, NOBODY, np.int32), filled(n, NEVER)
    # all bounds come before the others
    trace, moved_by = within_bounds(bounds, trace, bounded, regular, paced)
    for code, rule, facts in binding(context.terms):
        before = trace.price
        if isinstance(rule, Grid):
            trace, conflict = _grid(
                code, rule, facts, context, trace, bounds, conflict, regular, at_most
            )
            free = regular & (conflict == NOBODY)
            found = _stuck(code, rule, context, raw, trace.price, bounds, free, at_most)
            stuck = stuck if found is None else found
        elif isinstance(rule, Delay):
            free = paced & (conflict == NOBODY)
            trace, delayed = _delay(rule, facts, context, trace, delayed, free)
        moved_by[trace.price != before] = code
    conflicted = conflict != NOBODY
    if anywhere(conflicted):
        details: dict[str, Values] = {
            "held": context.price,
            "bounds": lambda rows: _names(conflict[rows]),
            "lowest": bounds.low,
            "highest": bounds.high,
        }
        trace = trace.then("bounds_conflict", context.price, details, applies=conflicted)
    return trace, GuardrailResult(moved_by, conflict, stuck, delayed)


def _contradicted(bounds: Limits, bounded: Flags) -> NDArray[np.int32]:
    """Codes of the bounds of each offer that contradict each other."""
    # a floor that no price reaches contradicts whatever the ceiling is, and a ceiling of nothing,
    # which systems write that have none, whatever the floor is
    nothing_fits = (bounds.low >= NO_CEILING) | (bounds.high < 1)
    crossed = bounded & ((bounds.low > bounds.high) | nothing_fits)
    if not anywhere(crossed):
        return filled(len(bounded), NOBODY, np.int32)
    return np.where(crossed, _pair(bounds.low_by, bounds.high_by), NOBODY).astype(np.int32)


def _names(pairs: NDArray[np.int32]) -> list[bytes]:
    return [msgspec.json.encode(pair_names(pair)) for pair in pairs.tolist()]


def _grid(
    code: int,
    rule: Grid,
    facts: bytes,
    context: DecisionContext,
    trace: Trace,
    bounds: Limits,
    conflict: NDArray[np.int32],
    regular: Flags,
    at_most: Flags,
) -> tuple[Trace, NDArray[np.int32]]:
    """The trace with the step, and the conflicts with those of offers left without a price."""
    wanted, low = trace.price, np.maximum(bounds.low, 1)
    legal, highest = _nearest(rule, context, wanted, low, bounds.high, at_most)
    rises = at_most & (legal > wanted) & (legal > context.price)
    if anywhere(rises):
        # what only a step keeps from going down far enough waits, rather than going up instead
        lowest = np.maximum(context.legal.lowest, 1)
        within = rule.nearest(context, wanted, np.minimum(lowest, wanted), wanted)
        waits = rises & (within != NO_PRICE)
        legal, highest = np.where(waits, NO_PRICE, legal), np.where(waits, wanted, highest)
    free = regular & (conflict == NOBODY)
    stuck = free & (legal == NO_PRICE)
    if anywhere(stuck):
        # The bound in the way is the one on the side to which the price wants to move.
        up = (wanted >= context.price) & (bounds.high_by != NOBODY) | (bounds.low_by == NOBODY)
        up &= ~(at_most & (bounds.low_by != NOBODY))
        side = np.where(up, bounds.high_by, bounds.low_by)
        conflict = np.where(stuck, _pair(np.full(len(side), code), side), conflict)
        legal = np.where(stuck, wanted, legal)
    applies = None if everywhere(free) else free
    details = {"lowest": bounds.low, "highest": highest}
    return trace.then(rule.name, legal, details, facts, applies), conflict


def _nearest(
    rule: Grid, context: DecisionContext, wanted: Ints, low: Ints, high: Ints, at_most: Flags
) -> tuple[Ints, Ints]:
    """The legal price in [low, high] next to the wanted one, and the highest that was looked at: of
    `at_most` offers it is the wanted price itself, where any legal one lies below.
    """
    legal = rule.nearest(context, wanted, low, high)
    if not anywhere(at_most):
        return legal, high
    below = rule.nearest(context, wanted, low, wanted)
    down = at_most & (below != NO_PRICE)
    return np.where(down, below, legal), np.where(down, wanted, high)


def _stuck(
    code: int,
    rule: Grid,
    context: DecisionContext,
    raw: Ints,
    price: Ints,
    bounds: Limits,
    free: Flags,
    at_most: Flags,
) -> NDArray[np.int32] | None:
    """Codes of what holds offers whose next legal price lies beyond a step: they would wait for
    ever. None where there are none.
    """
    kept, legal = context.price, context.legal
    low, high = np.maximum(legal.lowest, 1), legal.highest
    wanted = np.minimum(np.maximum(raw, low), high)
    still = free & (price == kept) & (wanted != kept)
    if not anywhere(still):
        return None
    goal, _ = _nearest(rule, context, wanted, low, high, at_most)
    still &= (goal != NO_PRICE) & (goal != kept) & ((goal > kept) == (wanted > kept))
    side = np.where(wanted > kept, bounds.high_by, bounds.low_by)
    pairs = _pair(np.full(len(side), code), side)
    return np.where(still & (side != NOBODY), pairs, NOBODY).astype(np.int32)


def _delay(
    rule: Delay,
    facts: bytes,
    context: DecisionContext,
    trace: Trace,
    delayed: Ints,
    free: Flags,
) -> tuple[Trace, Ints]:
    """The trace with the step, and until when offers are held."""
    kept = context.price
    until = rule.until(context)
    held = free & (context.now < until) & (trace.price != kept)
    price = np.where(held, kept, trace.price)

    def instants(rows: Ints) -> list[bytes]:
        pairs = zip(until[rows].tolist(), held[rows].tolist(), strict=True)
        return [f'"{to_text(end)}"'.encode() if stays else b"null" for end, stays in pairs]

    details: dict[str, Values] = {"held": np.where(held, kept, NO_CEILING), "until": instants}
    applies = None if everywhere(free) else free
    after = trace.then(rule.name, price, details, facts, applies)
    return after, np.where(held, np.minimum(delayed, until), delayed)
