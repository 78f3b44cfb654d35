"""No price below an amount."""

from __future__ import annotations

import numpy as np

from online_models.pricing.context.situation import DecisionContext
from online_models.pricing.guardrails.guardrail import Bound, Ints


def _floor(situation: DecisionContext) -> Ints:
    return np.full(len(situation), situation.terms.minimum_price, dtype=np.int64)


RULE = Bound(
    "minimum_price", "The minimum price", binds=lambda terms: terms.minimum_price >= 0, floor=_floor
)
