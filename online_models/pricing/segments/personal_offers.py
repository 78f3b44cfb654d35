"""Personal prices below the public one, for customers who agreed and mostly buy bargains.

Nobody ever pays more than the public price for who they are: a personal offer only takes off, never
adds, stops at the bounds on every price, and says that it is personal.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from online_models.journal.outputs import Output
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails.bounds import Floors
from online_models.pricing.offer_context import offer_context
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.pricing.pricing import Pricing
from online_models.pricing.segments.price_offer import ended_offer, price_offer, published
from online_models.pricing.segments.reduced import Reduced, discounted, steps_below
from online_models.pricing.segments.segment_prices import Placed
from online_models.pricing.state.shoppers import Shoppers, name
from online_models.pricing.trace.steps import MoneyTexts
from online_models.shop.catalogue import PPM
from schemas.records.policy.pricing_policies import SegmentTerms
from schemas.values import percentages

#: Directive 2011/83/EU, article 6 (1) (ea), as amended by 2019/2161, asks for it to be said.
DISCLOSURE = "This price was made for you by automated decision-making."


def personal_offers(
    context: DecisionContext,
    lowest: Floors,
    places: Sequence[int],
    shoppers: Shoppers,
    money: MoneyTexts,
) -> list[Placed]:
    """`price-offers` to customers of the offers of a context, at a fixed discount, with the places
    that these have elsewhere; `lowest` are their lowest legal prices.
    """
    public = context.state.ledger.price[context.rows].tolist()
    found: list[Placed] = []
    for terms in _fixed(context.terms):
        off, share = percentages.to_ppm(terms.personal_discount), _share(terms)
        for i, place in enumerate(places):
            asked = discounted(public[i], min(off, PPM))
            reduced = Reduced(
                "personal_discount", public[i], asked, int(lowest.price[i]), lowest.rule(i)
            )
            customers = shoppers.keen(int(context.rows[i]), terms.segment)
            if reduced.price >= public[i] or not customers:
                continue
            now = int(context.now[i])
            offer = price_offer(
                context,
                i,
                now,
                segment=terms.segment,
                price=msgspec.Raw(money[reduced.price]),
                valid_until=now + context.state.settings.personal_offer_ms,
                disclosure=terms.disclosure or DISCLOSURE,
                reason=f"{share} off the public price, for customers who mostly buy bargains",
            )
            steps = steps_below(context.terms, reduced, {"discount": share})
            for customer in customers:
                record = {**offer, "customer": name(customer), "explanation": steps}
                found.append((place, published(record, now)))
    return found


def withdrawn(pricing: Pricing, customer: int, now: int) -> list[Output]:
    """The ends of what a customer may have been offered at a fixed discount."""
    outputs: list[Output] = []
    ledger, listed = pricing.ledger, pricing.state.catalogue.offers.listed
    for row in pricing.shoppers.offers_of(customer):
        if not listed[row] or ledger.price[row] <= 0 or ledger.shadow[row]:
            continue
        context = offer_context(pricing, row, now)
        outputs += [
            _ended(context, terms, customer, now)
            for terms in _fixed(context.terms)
            if customer in pricing.shoppers.keen(row, terms.segment)
        ]
    return outputs


def _ended(context: DecisionContext, terms: SegmentTerms, customer: int, now: int) -> Output:
    return ended_offer(
        context,
        now,
        segment=terms.segment,
        disclosure=terms.disclosure or DISCLOSURE,
        reason="the customer does not agree to personal prices any more",
        customer=name(customer),
    )


def _fixed(terms: CompiledPolicy) -> list[SegmentTerms]:
    """The segments whose personal discount is fixed."""
    return [
        each
        for each in terms.policy.segments
        if each.personalise and each.optimise_personal is None
    ]


def _share(terms: SegmentTerms) -> str:
    return percentages.to_text(terms.personal_discount)
