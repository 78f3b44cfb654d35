"""Prices for segments below the public price: quantity breaks, within the bounds on every price."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from online_models.journal.outputs import Output
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails.bounds import Floors
from online_models.pricing.segments.price_offer import price_offer, published
from online_models.pricing.segments.reduced import Reduced, discounted, steps_below
from online_models.pricing.trace.steps import MoneyTexts
from schemas.values import percentages

Placed = tuple[int, Output]


def segment_prices(
    context: DecisionContext, lowest: Floors, places: Sequence[int], money: MoneyTexts
) -> list[Placed]:
    """`price-offers` of the fixed breaks of the offers of a context, with the places that they have
    elsewhere; `lowest` are their lowest legal prices.

    A break takes its discount off the public price, but no further than to the bounds on every
    price; nothing is ever above the public price.
    """
    public = context.state.ledger.price[context.rows].tolist()
    found: list[Placed] = []
    for terms in context.terms.policy.segments:
        for step in terms.breaks:
            off, share = percentages.to_ppm(step.discount), percentages.to_text(step.discount)
            for i, place in enumerate(places):
                asked = discounted(public[i], off)
                reduced = Reduced(
                    "quantity_break", public[i], asked, int(lowest.price[i]), lowest.rule(i)
                )
                now = int(context.now[i])
                offer = price_offer(
                    context,
                    i,
                    now,
                    segment=terms.segment,
                    price=msgspec.Raw(money[reduced.price]),
                    disclosure=terms.disclosure,
                    minimum_quantity=step.minimum_quantity,
                    reason=f"{share} off the public price",
                )
                steps = steps_below(context.terms, reduced, {"discount": share})
                found.append((place, published({**offer, "explanation": steps}, now)))
    return found
