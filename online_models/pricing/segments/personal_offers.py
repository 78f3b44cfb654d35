"""Personal prices below the public one, for customers who agreed and mostly buy bargains.

Nobody ever pays more than the public price for who they are: a personal offer only takes off, never
adds, stops at the bounds on every price, and says that it is personal.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.journal.outputs import Output
from online_models.numerics.ratios import scaled_round
from online_models.pricing.decision.resolve import Resolved
from online_models.pricing.segments.segment_prices import Placed, lowest_legal
from online_models.pricing.state.shoppers import Shoppers, name
from online_models.pricing.trace.steps import MoneyTexts
from online_models.shop.catalogue import PPM
from schemas.values import percentages
from schemas.values.instants import to_text

#: Directive 2011/83/EU, article 6 (1) (ea), as amended by 2019/2161, asks for it to be said.
DISCLOSURE = "This price was made for you by automated decision-making."


def personal_offers(
    resolved: Resolved, chosen: NDArray[np.intp], shoppers: Shoppers, money: MoneyTexts
) -> list[Placed]:
    """`price-offers` to customers for offers whose public price or policy has just changed."""
    segments = [terms for terms in resolved.context.terms.policy.segments if terms.personalise]
    if not segments or not len(chosen):
        return []
    context = resolved.context.reread(chosen)
    state = context.state
    public = state.ledger.price[context.rows]
    floor = np.maximum(np.minimum(lowest_legal(context), public), 1)
    currencies = state.catalogue.skus.currency[context.sku].tolist()
    found: list[Placed] = []
    for terms in segments:
        left = PPM - percentages.to_ppm(terms.personal_discount)
        price = np.maximum(scaled_round(public, left, PPM), floor)
        for i in (price < public).nonzero()[0].tolist():
            row, now = int(context.rows[i]), int(context.now[i])
            sku, channel = state.catalogue.offer_name(row)
            decision_id = state.identities.decision(row, int(state.ledger.sequence[row]))
            value = {
                "sku": sku,
                "channel": channel,
                "segment": terms.segment,
                "price": msgspec.Raw(money[int(price[i])]),
                "currency": state.catalogue.currency_names[currencies[i]],
                "valid_from": to_text(now),
                "valid_until": to_text(now + state.settings.personal_offer_ms),
                "disclosure": terms.disclosure or DISCLOSURE,
                "decision_id": decision_id,
                "time": to_text(now),
                "reason": f"{percentages.to_text(terms.personal_discount)} off the public price, "
                "for customers who mostly buy bargains",
            }
            for customer in shoppers.keen(row, terms.segment):
                value["customer"] = name(customer)
                output = Output("price-offers", sku.encode(), msgspec.json.encode(value), now)
                found.append((int(chosen[i]), output))
    return found
