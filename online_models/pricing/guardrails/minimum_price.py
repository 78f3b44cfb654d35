"""No price below an amount."""

from __future__ import annotations

import numpy as np

from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails.guardrail import Bound, Ints


def _floor(context: DecisionContext) -> Ints:
    return np.full(len(context), context.terms.minimum_price, dtype=np.int64)


RULE = Bound(
    "minimum_price", "The minimum price", binds=lambda terms: terms.minimum_price >= 0, floor=_floor
)
