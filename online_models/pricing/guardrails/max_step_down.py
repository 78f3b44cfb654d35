"""No fall of the regular price by more than a share of the price in force."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.numerics.ratios import scaled_ceil
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails.guardrail import Bound, Ints
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.shop.catalogue import PPM
from schemas.values.percentages import to_text


def _floor(context: DecisionContext) -> Ints:
    share = np.maximum(PPM - context.terms.max_step_down, 0)
    return scaled_ceil(context.price, share, PPM)


def _facts(terms: CompiledPolicy) -> dict[str, Any]:
    step = terms.policy.guardrails.max_step_down
    return {} if step is None else {"step": to_text(step)}


RULE = Bound(
    "max_step_down",
    "The largest step down",
    binds=lambda terms: terms.max_step_down >= 0,
    floor=_floor,
    regular=True,
    step=True,
    facts=_facts,
)
