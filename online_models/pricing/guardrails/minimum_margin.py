"""No price whose margin, (net price − cost − fees) / net price, is below a share."""

from __future__ import annotations

from typing import Any

from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails.guardrail import Bound, Ints
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.pricing.profit.economics import margin_floor
from schemas.values.percentages import to_text


def _floor(context: DecisionContext) -> Ints:
    margin = context.terms.minimum_margin
    return margin_floor(context, 0 if margin is None else margin)


def _facts(terms: CompiledPolicy) -> dict[str, Any]:
    margin = terms.policy.guardrails.minimum_margin
    return {} if margin is None else {"margin": to_text(margin)}


RULE = Bound(
    "minimum_margin",
    "The minimum margin",
    binds=lambda terms: terms.minimum_margin is not None,
    floor=_floor,
    facts=_facts,
)
