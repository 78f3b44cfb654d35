"""Contract prices as `price-offers`, each checked by the guardrails' bounds on every price.

No strategy, promotion or break moves a promised price. One that is below a lower bound, or above
the public price, is not published: it waits, and an alert names what stands against it.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.journal.outputs import Output
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.decision.resolve import Resolved
from online_models.pricing.guardrails import Bound
from online_models.pricing.guardrails.bounds import on_every_price
from online_models.pricing.offer_context import offer_context
from online_models.pricing.pricing import Pricing
from online_models.pricing.segments.price_offer import (
    begin_round,
    note_floor,
    price_offer,
    published,
)
from online_models.pricing.segments.reduced import public_step
from online_models.pricing.trade.contract_book import ContractTerms
from online_models.shop.catalogue import NEVER
from schemas.values.instants import to_text
from schemas.values.money import texts

#: Stands against a promise that is above the public price.
PUBLIC = "public_price"


def conflicts(context: DecisionContext, price: int) -> tuple[str, ...]:
    """The guardrails that stand against a promised price of the one offer of a context, in their
    order; at the end `PUBLIC` where it is above that.

    An upper bound stands against what is above the public price alone: where the public price
    itself is above the bound, as no legal price is left, nobody gains if the promise ends.
    """
    above = price > int(context.state.ledger.price[context.rows[0]])
    found = [
        rule.name
        for rule in on_every_price(context.terms)
        if _is_below(rule, context, price) or (above and _is_above(rule, context, price))
    ]
    return (*found, PUBLIC) if above else tuple(found)


def _is_below(rule: Bound, context: DecisionContext, price: int) -> bool:
    return rule.floor is not None and price < int(rule.floor(context)[0])


def _is_above(rule: Bound, context: DecisionContext, price: int) -> bool:
    return rule.ceiling is not None and price > int(rule.ceiling(context)[0])


def contract_offers(
    pricing: Pricing, sku: str, now: int, channel: str, *, moved: bool
) -> list[Output]:
    """Offers and alerts of all promises about a SKU on a channel, at `now` (ms).

    Where the public price has `moved` below a promise, rather than a promise come that is above it,
    nobody is told: the customer pays less than was promised.
    """
    catalogue, ledger, book = pricing.state.catalogue, pricing.ledger, pricing.state.trade.contracts
    outputs: list[Output] = []
    at = catalogue.sku_names.index.get(sku, -1)
    for terms in book.of(sku):
        row = catalogue.offer(at, catalogue.channel_names.index.get(terms.channel, -1))
        if channel != terms.channel or row < 0:
            continue
        if not catalogue.offers.listed[row] or ledger.price[row] <= 0 or ledger.shadow[row]:
            continue
        if now >= terms.valid_until:
            continue
        context = offer_context(pricing, row, now)
        broken = conflicts(context, terms.price)
        if broken != terms.conflict:
            book.put(sku, terms._replace(conflict=broken))
        note_floor(context)
        if not broken:
            begin_round(context)
            outputs.append(_offer(context, terms, now))
        elif broken != terms.conflict and not (moved and broken == (PUBLIC,)):
            outputs.append(_alert(context, terms, broken, now))
    return outputs


def promised(
    resolved: Resolved, chosen: NDArray[np.intp], pricing: Pricing
) -> list[tuple[int, Output]]:
    """The same of some of the offers that are decided, with their places."""
    found: list[tuple[int, Output]] = []
    context = resolved.context
    for place in chosen.tolist() if pricing.state.trade.contracts else ():
        sku, channel = context.state.catalogue.offer_name(int(context.rows[place]))
        outputs = contract_offers(pricing, sku, int(context.now[place]), channel, moved=True)
        found += [(place, output) for output in outputs]
    return found


def standing(context: DecisionContext, pricing: Pricing) -> list[Output]:
    """The promises about the one offer of a context that stand, as they were said last."""
    now = int(context.now[0])
    sku, channel = pricing.state.catalogue.offer_name(int(context.rows[0]))
    return [
        _offer(context, terms, now)
        for terms in pricing.state.trade.contracts.of(sku)
        if terms.channel == channel and not terms.conflict and now < terms.valid_until
    ]


def replaced(
    pricing: Pricing, sku: str, before: ContractTerms, terms: ContractTerms, now: int
) -> list[Output]:
    """The end of a promise that another has taken the place of, unless its offer says so: one that
    breaks a guardrail, or is over already, has none.
    """
    same = (before.customer, before.segment) == (terms.customer, terms.segment)
    said = now < terms.valid_until and not pricing.state.trade.contracts.broken(sku, terms)
    if same and said:
        return []
    return ended(pricing, sku, before, now)


def ended(pricing: Pricing, sku: str, terms: ContractTerms, now: int) -> list[Output]:
    """The offer of a promise that was cancelled ends now, where one was published."""
    catalogue, ledger = pricing.state.catalogue, pricing.ledger
    at = catalogue.sku_names.index.get(sku, -1)
    row = catalogue.offer(at, catalogue.channel_names.index.get(terms.channel, -1))
    over = terms.conflict or now >= terms.valid_until
    if over or row < 0 or not catalogue.offers.listed[row] or ledger.price[row] <= 0:
        return []
    context = offer_context(pricing, row, now)
    return [_offer(context, terms._replace(valid_until=now), now)]


def _offer(context: DecisionContext, terms: ContractTerms, now: int) -> Output:
    public_price = int(context.state.ledger.price[context.rows[0]])
    price, public = texts([terms.price, public_price], context.terms.digits)
    bounds = [
        {"rule": rule.name, "input": price, "output": price, "detail": rule.facts(context.terms)}
        for rule in on_every_price(context.terms)
        if not _is_below(rule, context, terms.price) and not _is_above(rule, context, terms.price)
    ]
    promise = {"held": price, "contract": terms.contract}
    offer = price_offer(
        context,
        0,
        now,
        segment=terms.segment,
        price=price,
        valid_from=max(terms.valid_from, 0),
        valid_until=None if terms.valid_until == NEVER else terms.valid_until,
        disclosure=terms.terms,
        minimum_quantity=terms.quantity,
        **({} if terms.customer is None else {"customer": terms.customer}),
        contract_id=terms.contract,
        reason=f"contract {terms.contract}",
    )
    explanation = [
        public_step(public),
        {"rule": "contract", "input": public, "output": price, "detail": promise},
        *bounds,
    ]
    return published({**offer, "explanation": explanation}, now)


def _alert(
    context: DecisionContext, terms: ContractTerms, broken: tuple[str, ...], now: int
) -> Output:
    state, row = context.state, int(context.rows[0])
    sku, channel = state.catalogue.offer_name(row)
    (price,) = texts([terms.price], context.terms.digits)
    value = {
        "kind": "contract_conflict",
        "severity": "warning",
        "sku": sku,
        "channel": channel,
        "message": f"contract {terms.contract} promises {price}, against {' and '.join(broken)}:"
        " the price is not published",
        "time": to_text(now),
        "details": {"contract_id": terms.contract, "price": price, "bounds": list(broken)},
    }
    return Output("pricing-alerts", sku.encode(), msgspec.json.encode(value), now)
