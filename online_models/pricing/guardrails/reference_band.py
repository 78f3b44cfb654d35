"""The regular price stays within a share of the offer's reference price."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.numerics.ratios import scaled_ceil, scaled_floor
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails.guardrail import Bound, Ints
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.shop.catalogue import PPM
from schemas.values.percentages import to_text


def _floor(context: DecisionContext) -> Ints:
    share = np.maximum(PPM - context.terms.reference_band, 0)
    return scaled_ceil(context.reference, share, PPM)


def _ceiling(context: DecisionContext) -> Ints:
    return scaled_floor(context.reference, PPM + context.terms.reference_band, PPM)


def _facts(terms: CompiledPolicy) -> dict[str, Any]:
    band = terms.policy.guardrails.reference_band
    return {} if band is None else {"band": to_text(band)}


RULE = Bound(
    "reference_band",
    "The band around the reference price",
    binds=lambda terms: terms.reference_band >= 0,
    floor=_floor,
    ceiling=_ceiling,
    regular=True,
    facts=_facts,
)
