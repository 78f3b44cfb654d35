"""No price above an amount."""

from __future__ import annotations

import numpy as np

from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails.guardrail import Bound, Ints


def _ceiling(context: DecisionContext) -> Ints:
    return np.full(len(context), context.terms.maximum_price, dtype=np.int64)


RULE = Bound(
    "maximum_price",
    "The maximum price",
    binds=lambda terms: terms.maximum_price >= 0,
    ceiling=_ceiling,
)
