"""No other channel undercuts one that the policy protects.

The offers of a SKU are decided protected channels first, so the floor is what those show from now
on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.pricing.context.decision_context import NO_FLOOR, DecisionContext
from online_models.pricing.guardrails.guardrail import Bound, Ints
from online_models.pricing.policy.compiled_policy import CompiledPolicy


def _floor(context: DecisionContext) -> Ints:
    catalogue, ledger = context.state.catalogue, context.state.ledger
    names = catalogue.channel_names.index
    protected = [names[n] for n in context.terms.policy.guardrails.protect_channels if n in names]
    floor = np.full(len(context), NO_FLOOR, dtype=np.int64)
    own = np.isin(context.channel, protected)
    for channel in protected:
        rows = np.array(
            [catalogue.offer(sku, channel) for sku in context.sku.tolist()], dtype=np.int64
        )
        listed = (rows >= 0) & catalogue.offers.listed[rows] & ~own
        floor = np.maximum(floor, np.where(listed, ledger.price[rows], NO_FLOOR))
    return floor


def _facts(terms: CompiledPolicy) -> dict[str, Any]:
    return {"channels": list(terms.policy.guardrails.protect_channels)}


RULE = Bound(
    "protect_channels",
    "A protected channel",
    binds=lambda terms: bool(terms.policy.guardrails.protect_channels),
    floor=_floor,
    facts=_facts,
)
