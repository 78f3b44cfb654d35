"""No rise of the regular price by more than a share of the price in force."""

from __future__ import annotations

from typing import Any

from online_models.catalogue import PPM
from online_models.pricing.guardrails.guardrail import Bound, Ints
from online_models.pricing.ratios import scaled_floor
from online_models.pricing.situation import Situation
from online_models.pricing.terms import Terms
from schemas.percentages import to_text


def _ceiling(situation: Situation) -> Ints:
    return scaled_floor(situation.price, PPM + situation.terms.max_step_up, PPM)


def _facts(terms: Terms) -> dict[str, Any]:
    step = terms.policy.guardrails.max_step_up
    return {} if step is None else {"step": to_text(step)}


RULE = Bound(
    "max_step_up",
    binds=lambda terms: terms.max_step_up >= 0,
    ceiling=_ceiling,
    regular=True,
    step=True,
    facts=_facts,
)
