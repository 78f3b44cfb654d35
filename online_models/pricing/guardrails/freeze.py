"""No change of the regular price in certain intervals [from, until)."""

from __future__ import annotations

import numpy as np

from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails.guardrail import Delay, Ints
from online_models.shop.catalogue import ALWAYS


def _until(context: DecisionContext) -> Ints:
    end = np.full(len(context), ALWAYS, dtype=np.int64)
    # By start, so that one freeze that begins where another ends prolongs it.
    for start, until in sorted(context.terms.freezes):
        at = np.maximum(context.now, end)
        end = np.where((start <= at) & (at < until), until, end)
    return end


RULE = Delay("freeze", "A freeze", binds=lambda terms: bool(terms.freezes), until=_until)
