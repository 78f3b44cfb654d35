"""Prices for segments below the public price: quantity breaks, within the bounds on every price."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.journal.outputs import Output
from online_models.numerics.ratios import scaled_round
from online_models.pricing.context.decision_context import NO_FLOOR, DecisionContext, Ints
from online_models.pricing.decision.resolve import Resolved
from online_models.pricing.guardrails.bounds import on_every_price
from online_models.pricing.segments.price_offer import price_offer, published
from online_models.pricing.trace.steps import MoneyTexts
from online_models.shop.catalogue import PPM
from schemas.values import percentages

Placed = tuple[int, Output]


def segment_prices(resolved: Resolved, chosen: NDArray[np.intp], money: MoneyTexts) -> list[Placed]:
    """`price-offers` for offers whose public price or policy has just changed.

    A break takes its discount off the public price, but no further than to the bounds on every
    price; nothing is ever above the public price.
    """
    policy = resolved.context.terms.policy
    if not policy.segments or not len(chosen):
        return []
    context = resolved.context.reread(chosen)
    public = context.state.ledger.price[context.rows]
    floor = np.minimum(lowest_legal(context), public)
    found: list[Placed] = []
    for terms in policy.segments:
        for step in terms.breaks:
            left = PPM - percentages.to_ppm(step.discount)
            price = np.maximum(scaled_round(public, left, PPM), np.maximum(floor, 1)).tolist()
            for i, place in enumerate(chosen.tolist()):
                now = int(context.now[i])
                offer = price_offer(
                    context,
                    i,
                    now,
                    segment=terms.segment,
                    price=msgspec.Raw(money[price[i]]),
                    disclosure=terms.disclosure,
                    minimum_quantity=step.minimum_quantity,
                    reason=f"{percentages.to_text(step.discount)} off the public price",
                )
                found.append((place, published(offer, now)))
    return found


def lowest_legal(context: DecisionContext) -> Ints:
    """The floor of the bounds on every price, minor units, shape (n,)."""
    floor = np.full(len(context), NO_FLOOR, dtype=np.int64)
    for rule in on_every_price(context.terms):
        if rule.floor is not None:
            floor = np.maximum(floor, rule.floor(context))
    return floor
