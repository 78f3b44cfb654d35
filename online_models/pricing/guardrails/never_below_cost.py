"""No price that leaves less than the cost after tax and fees."""

from __future__ import annotations

from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails.guardrail import Bound, Ints
from online_models.pricing.profit.economics import margin_floor


def _floor(context: DecisionContext) -> Ints:
    return margin_floor(context, 0)


RULE = Bound(
    "never_below_cost",
    "Cost, tax and fees",
    binds=lambda terms: terms.never_below_cost,
    floor=_floor,
)
