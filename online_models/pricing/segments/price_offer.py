"""A record of `price-offers`: a price below the public one, for a segment or for one customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from online_models.journal.outputs import Output
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails.bounds import floors
from online_models.pricing.segments.reduced import public_step
from online_models.pricing.state.ledger import NONE
from online_models.pricing.state.shoppers import USUAL_SEGMENT
from online_models.shop.catalogue import NO_PRICE
from schemas.values.instants import to_text
from schemas.values.money import texts


def price_offer(
    context: DecisionContext,
    place: int,
    now: int,
    *,
    segment: str,
    price: str | msgspec.Raw,
    reason: str,
    disclosure: str | None,
    valid_from: int | None = None,
    valid_until: int | None = None,
    **to_whom: Any,
) -> dict[str, Any]:
    """The fields of the offer at a place of a context, in the order in which they are written; it
    is valid from `now` (ms) on if nothing else is said.

    `to_whom` are those that say from which quantity on, or for which customer it is. It belongs to
    the decision after which all such prices of the offer were said last: what is said later adds to
    them, and only what a newer decision says replaces them all.
    """
    state, row = context.state, int(context.rows[place])
    catalogue, ledger = state.catalogue, state.ledger
    sku, channel = catalogue.offer_name(row)
    of_decision = int(ledger.offers_sequence[row])
    if of_decision == NONE:
        of_decision = int(ledger.sequence[row])
    return {
        "sku": sku,
        "channel": channel,
        "segment": segment,
        "price": price,
        "currency": catalogue.currency_names[catalogue.skus.currency[context.sku[place]]],
        "valid_from": to_text(now if valid_from is None else valid_from),
        "valid_until": None if valid_until is None else to_text(valid_until),
        "disclosure": disclosure,
        "decision_id": state.identities.decision(row, of_decision),
        **to_whom,
        "time": to_text(now),
        "reason": reason,
    }


def ended_offer(
    context: DecisionContext,
    now: int,
    *,
    segment: str,
    disclosure: str | None,
    reason: str,
    **to_whom: Any,
) -> Output:
    """The record that ends offers of the one offer of a context at `now` (ms): the public price."""
    (public,) = texts([int(context.state.ledger.price[context.rows[0]])], context.terms.digits)
    offer = price_offer(
        context,
        0,
        now,
        segment=segment,
        price=public,
        valid_until=now,
        disclosure=disclosure,
        reason=reason,
    )
    return published({**offer, **to_whom, "explanation": [public_step(public)]}, now)


def nothing_below(context: DecisionContext) -> Output:
    """The record that ends all prices below the public one of the one offer of a context."""
    return ended_offer(
        context,
        int(context.now[0]),
        segment=USUAL_SEGMENT,
        disclosure=None,
        reason="no price below the public one holds any more",
    )


def begin_round(context: DecisionContext) -> None:
    """A price below the public one is said of the one offer of a context, between decisions."""
    ledger, row = context.state.ledger, int(context.rows[0])
    if ledger.offers_sequence[row] == NONE:
        ledger.offers_sequence[row] = ledger.sequence[row]
    note_floor(context)


def note_floor(context: DecisionContext) -> None:
    """Note the lowest legal price of the one offer of a context, so that it is seen to move."""
    ledger, row = context.state.ledger, int(context.rows[0])
    if ledger.offers_floor[row] == NO_PRICE:
        ledger.offers_floor[row] = floors(context).price[0]


def published(offer: Mapping[str, Any], now: int) -> Output:
    """The record to publish."""
    return Output("price-offers", offer["sku"].encode(), msgspec.json.encode(offer), now)
