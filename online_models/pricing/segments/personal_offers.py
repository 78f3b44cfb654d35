"""Personal prices below the public one, for customers who agreed and mostly buy bargains.

Nobody ever pays more than the public price for who they are: a personal offer only takes off, never
adds, stops at the bounds on every price, and says that it is personal.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.numerics.ratios import scaled_round
from online_models.pricing.decision.resolve import Resolved
from online_models.pricing.segments.price_offer import price_offer, published
from online_models.pricing.segments.segment_prices import Placed, lowest_legal
from online_models.pricing.state.shoppers import Shoppers, name
from online_models.pricing.trace.steps import MoneyTexts
from online_models.shop.catalogue import PPM
from schemas.values import percentages

#: Directive 2011/83/EU, article 6 (1) (ea), as amended by 2019/2161, asks for it to be said.
DISCLOSURE = "This price was made for you by automated decision-making."


def personal_offers(
    resolved: Resolved, chosen: NDArray[np.intp], shoppers: Shoppers, money: MoneyTexts
) -> list[Placed]:
    """`price-offers` to customers for offers whose public price or policy has just changed."""
    segments = [
        terms
        for terms in resolved.context.terms.policy.segments
        if terms.personalise and terms.optimise_personal is None
    ]
    if not segments or not len(chosen):
        return []
    context = resolved.context.reread(chosen)
    state = context.state
    public = state.ledger.price[context.rows]
    floor = np.maximum(np.minimum(lowest_legal(context), public), 1)
    found: list[Placed] = []
    for terms in segments:
        left = PPM - percentages.to_ppm(terms.personal_discount)
        price = np.maximum(scaled_round(public, left, PPM), floor)
        for i in (price < public).nonzero()[0].tolist():
            now = int(context.now[i])
            offer = price_offer(
                context,
                i,
                now,
                segment=terms.segment,
                price=msgspec.Raw(money[int(price[i])]),
                valid_until=now + state.settings.personal_offer_ms,
                disclosure=terms.disclosure or DISCLOSURE,
                reason=f"{percentages.to_text(terms.personal_discount)} off the public price, "
                "for customers who mostly buy bargains",
            )
            for customer in shoppers.keen(int(context.rows[i]), terms.segment):
                output = published({**offer, "customer": name(customer)}, now)
                found.append((int(chosen[i]), output))
    return found
