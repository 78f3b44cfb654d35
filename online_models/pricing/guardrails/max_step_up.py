"""No rise of the regular price by more than a share of the price in force."""

from __future__ import annotations

from typing import Any

from online_models.numerics.ratios import scaled_floor
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails.guardrail import Bound, Ints
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.shop.catalogue import PPM
from schemas.values.percentages import to_text


def _ceiling(context: DecisionContext) -> Ints:
    return scaled_floor(context.price, PPM + context.terms.max_step_up, PPM)


def _facts(terms: CompiledPolicy) -> dict[str, Any]:
    step = terms.policy.guardrails.max_step_up
    return {} if step is None else {"step": to_text(step)}


RULE = Bound(
    "max_step_up",
    "The largest step up",
    binds=lambda terms: terms.max_step_up >= 0,
    ceiling=_ceiling,
    regular=True,
    step=True,
    facts=_facts,
)
