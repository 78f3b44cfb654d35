"""No price below the manufacturer's minimum advertised price, where there is one."""

from __future__ import annotations

import numpy as np

from online_models.pricing.context.decision_context import NO_FLOOR, DecisionContext
from online_models.pricing.guardrails.guardrail import Bound, Ints


def _floor(context: DecisionContext) -> Ints:
    return np.where(context.map_price >= 0, context.map_price, NO_FLOOR)


RULE = Bound(
    "respect_map",
    "The minimum advertised price",
    binds=lambda terms: terms.respect_map,
    floor=_floor,
)
