"""Large steps wait for a human."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.ratios import scaled_floor
from online_models.pricing.context.decision_context import DecisionContext, Flags
from online_models.pricing.decision.reasons import CODES, Outcome, PriceOrigin, table
from online_models.pricing.decision.target_price import TargetPrice
from online_models.pricing.state.promotions import NONE
from online_models.pricing.trace.steps import Trace, members
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
) -> tuple[Trace, NDArray[np.int8], NDArray[np.int8]]:
    """(trace, outcome, reason) with changes by more than the policy's `required_above_step` made
    into proposals.

    A proposal that stands is not repeated, and one that was rejected or expired not either until
    its inputs change: the policy's version, or what the strategy wants (for the demand models by
    more than the setting `proposal_change`).
    """
    step = context.terms.approval_step
    if step < 0:
        return trace, outcome, reason
    ledger, rows, price = context.state.ledger, context.rows, trace.price
    own = (source == PriceOrigin.STRATEGY) | (source == PriceOrigin.HOLDOUT)
    large = np.abs(price - context.price) > scaled_floor(context.price, step, PPM)
    waits = own & large & (outcome == Outcome.CHANGED)
    if not waits.any():
        return trace, outcome, reason
    standing = waits & (ledger.proposal[rows] != NONE) & (ledger.proposal_price[rows] == price)
    declined = waits & ~standing & _declined(context, target)
    kept = standing | declined
    outcome = np.where(waits, np.int8(Outcome.PROPOSED), outcome)
    outcome[kept] = Outcome.HELD
    reason = np.where(waits, np.int8(CODES["approval_required"]), reason)
    reason[standing] = CODES["awaiting_approval"]
    reason[declined] = CODES["declined"]
    required = context.terms.policy.approval.required_above_step
    facts = {} if required is None else {"required_above_step": to_text(required)}
    trace = trace.then("approval", price, {"proposed": price}, members(facts), waits & ~kept)
    if kept.any():
        trace = trace.then("approval", context.price, {"held": context.price}, members(facts), kept)
    return trace, outcome, reason


def _declined(context: DecisionContext, target: TargetPrice) -> Flags:
    ledger, rows = context.state.ledger, context.rows
    before = ledger.declined_raw_price[rows]
    exact = _EXACT[target.by]
    tolerance = np.where(exact, 0.0, before * context.state.settings.proposal_change)
    same = np.abs(target.raw - before) <= tolerance
    return np.asarray(same & (ledger.declined_version[rows] == context.terms.policy_version))
