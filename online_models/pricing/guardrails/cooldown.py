"""No change of the regular price for a while after the last change."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails.guardrail import Delay, Ints
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.shop.catalogue import ALWAYS
from schemas.values.durations import to_text


def _until(context: DecisionContext) -> Ints:
    changed = context.changed_at
    return np.where(changed == ALWAYS, ALWAYS, np.maximum(changed, 0) + context.terms.cooldown)


def _facts(terms: CompiledPolicy) -> dict[str, Any]:
    return {"cooldown": to_text(terms.cooldown)}


RULE = Delay(
    "cooldown", "The cooldown", binds=lambda terms: terms.cooldown > 0, until=_until, facts=_facts
)
