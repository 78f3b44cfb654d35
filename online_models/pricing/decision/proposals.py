"""Large steps wait for a human."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.masks import anywhere
from online_models.numerics.ratios import scaled_floor
from online_models.pricing.context.decision_context import DecisionContext, Flags, Ints
from online_models.pricing.decision.breaking import Broken, broken, instants
from online_models.pricing.decision.breaking import facts as breaker_facts
from online_models.pricing.decision.reasons import CODES, Outcome, PriceOrigin, table
from online_models.pricing.decision.target_price import TargetPrice
from online_models.pricing.state.breakers import Breakers
from online_models.pricing.state.promotions import NONE
from online_models.pricing.trace.steps import Numbers, Trace, Values, members
from online_models.shop.catalogue import PPM
from schemas.values.percentages import to_text

#: Strategies whose price is computed from facts: any change of it is a change of its inputs.
_EXACT = table((CODES[kind] for kind in ("match_competitor", "cost_plus", "keep")), len(CODES))


def gate(
    context: DecisionContext,
    trace: Trace,
    source: NDArray[np.int8],
    target: TargetPrice,
    outcome: NDArray[np.int8],
    reason: NDArray[np.int8],
    breakers: Breakers,
) -> tuple[Trace, NDArray[np.int8], NDArray[np.int8], Broken | None]:
    """(trace, outcome, reason) with changes by more than the policy's `required_above_step` made
    into proposals, and those that its breaker holds back; and what the breaker counted.

    A proposal that stands is not repeated, and one that was rejected or expired not either until
    its inputs change: the policy's version, or what the strategy wants (for the demand models by
    more than the setting `proposal_change`).
    """
    step = context.terms.approval_step
    if step < 0 and context.terms.policy.breaker is None:
        return trace, outcome, reason, None
    price = trace.price
    own = (source == PriceOrigin.STRATEGY) | (source == PriceOrigin.HOLDOUT)
    own &= outcome == Outcome.CHANGED
    large = np.zeros(len(context), dtype=np.bool_)
    if step >= 0:
        large = own & (np.abs(price - context.price) > scaled_floor(context.price, step, PPM))
    # what waits for a human anyhow moves nothing
    found = broken(context, breakers, price, own & ~large)
    stopped = large if found is None else large | found.waits
    if anywhere(stopped):
        trace, outcome, reason = _propose(
            context, trace, target, outcome, reason, large, stopped, found
        )
    return trace, outcome, reason, found


def _propose(
    context: DecisionContext,
    trace: Trace,
    target: TargetPrice,
    outcome: NDArray[np.int8],
    reason: NDArray[np.int8],
    large: Flags,
    waits: Flags,
    found: Broken | None,
) -> tuple[Trace, NDArray[np.int8], NDArray[np.int8]]:
    ledger, rows, price = context.state.ledger, context.rows, trace.price
    standing = waits & (ledger.proposal[rows] != NONE) & (ledger.proposal_price[rows] == price)
    declined = waits & ~standing & _declined(context, target)
    kept = standing | declined
    outcome = np.where(waits, np.int8(Outcome.PROPOSED), outcome)
    outcome[kept] = Outcome.HELD
    reason = np.where(waits, np.int8(CODES["approval_required"]), reason)
    reason[waits & ~large] = CODES["breaker"]
    reason[standing] = CODES["awaiting_approval"]
    reason[declined] = CODES["declined"]
    required = context.terms.policy.approval.required_above_step
    facts = {} if required is None else {"required_above_step": to_text(required)}
    trace = _step(trace, "approval", context, price, {}, members(facts), large, kept)
    breaker = context.terms.policy.breaker
    if found is not None and breaker is not None:
        details: dict[str, Values] = {
            "changed": Numbers(found.changes, b"%d"),
            "offers": Numbers(found.offers, b"%d"),
            "mean_move": Numbers(found.moves_ppm / np.maximum(found.offers, 1) / PPM, b"%.6f"),
            "until": partial(instants, found.until),
        }
        terms = members(breaker_facts(breaker))
        trace = _step(trace, "breaker", context, price, details, terms, waits & ~large, kept)
    return trace, outcome, reason


def _step(
    trace: Trace,
    rule: str,
    context: DecisionContext,
    price: Ints,
    details: dict[str, Values],
    facts: bytes,
    waits: Flags,
    kept: Flags,
) -> Trace:
    """The step of what makes proposals: some are fresh, some are known and the price is kept."""
    if anywhere(waits & ~kept):
        trace = trace.then(rule, price, {"proposed": price, **details}, facts, waits & ~kept)
    if anywhere(waits & kept):
        trace = trace.then(
            rule, context.price, {"held": context.price, **details}, facts, waits & kept
        )
    return trace


def _declined(context: DecisionContext, target: TargetPrice) -> Flags:
    ledger, rows = context.state.ledger, context.rows
    before = ledger.declined_raw_price[rows]
    exact = _EXACT[target.by]
    tolerance = np.where(exact, 0.0, before * context.state.settings.proposal_change)
    same = np.abs(target.raw - before) <= tolerance
    return np.asarray(same & (ledger.declined_version[rows] == context.terms.policy_version))
