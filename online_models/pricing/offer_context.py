"""The context of one offer under the policy that rules it."""

from __future__ import annotations

import numpy as np

from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.pricing import Pricing


def offer_context(pricing: Pricing, row: int, now: int) -> DecisionContext:
    """That of an offer, by its row, at `now` (ms)."""
    catalogue = pricing.state.catalogue
    digits = int(catalogue.skus.digits[catalogue.offers.sku[row]])
    terms = pricing.book.terms(int(pricing.ledger.policy[row]), digits)
    return DecisionContext(
        pricing.state, terms, np.array([row], np.int64), np.array([now], np.int64)
    )
