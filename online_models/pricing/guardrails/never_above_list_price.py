"""No price above the product's list price, where it has one."""

from __future__ import annotations

import numpy as np

from online_models.pricing.context.decision_context import NO_CEILING, DecisionContext
from online_models.pricing.guardrails.guardrail import Bound, Ints


def _ceiling(context: DecisionContext) -> Ints:
    return np.where(context.list_price >= 0, context.list_price, NO_CEILING)


RULE = Bound(
    "never_above_list_price",
    "The list price",
    binds=lambda terms: terms.never_above_list_price,
    ceiling=_ceiling,
)
