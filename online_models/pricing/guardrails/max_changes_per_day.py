"""No more than so many changes on one calendar day."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails.guardrail import Delay, Ints
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.shop.catalogue import ALWAYS


def _until(context: DecisionContext) -> Ints:
    spent = context.changes_today >= context.terms.max_changes_per_day
    return np.where(spent, context.midnight, ALWAYS)


def _facts(terms: CompiledPolicy) -> dict[str, Any]:
    return {"changes": terms.max_changes_per_day}


RULE = Delay(
    "max_changes_per_day",
    "The number of changes per day",
    binds=lambda terms: terms.max_changes_per_day >= 0,
    until=_until,
    facts=_facts,
)
