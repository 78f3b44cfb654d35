"""Offers: what they cost, why, and what another price would bring."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Engine

from schemas.values.instants import to_ms
from streams.client.prices import USUAL_SEGMENT
from streams.web import actions
from streams.web.access.roles import Actor
from streams.web.api import rows
from streams.web.api.problems import LOOK, STEER, HttpProblem, described
from streams.web.api.shapes import (
    ManualPrice,
    OfferDetail,
    OfferPage,
    Ordered,
    QuotedPrice,
    WhatIf,
    Why,
)
from streams.web.context import context_of
from streams.web.store import offer_search, reading, trade_reading
from streams.web.store.offer_search import CursorError, Filter, SortOrder
from streams.web.what_if import asked, demand_curve
from streams.web.words.narration import for_customers

router = APIRouter(tags=["offers"])
Words = Annotated[str, Query(max_length=400)]


def which(
    q: Words = "",
    category: Words = "",
    brand: Words = "",
    channel: Words = "",
    policy: Words = "",
    state: Words = "",
) -> Filter:
    """The filter of a request."""
    if state and state not in offer_search.STATES:
        raise HttpProblem(422, f"state: it is one of {', '.join(offer_search.STATES)}")
    return Filter(q, category, brand, channel, policy, state)


def order_of(sort: Annotated[str, Query(max_length=40)] = "name") -> SortOrder:
    """The order of a request: a column, with a minus for the highest first."""
    try:
        return SortOrder.parsed(sort)
    except ValueError as error:
        raise HttpProblem(422, f"sort: {error}") from None


Which = Annotated[Filter, Depends(which)]
InOrder = Annotated[SortOrder, Depends(order_of)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Cursor = Annotated[str | None, Query(max_length=2000)]


@router.get("/offers", dependencies=[LOOK], responses=described())
def list_offers(
    request: Request, wanted: Which, order: InOrder, limit: Limit = 100, cursor: Cursor = None
) -> OfferPage:
    """Offers by filter, in an order, a page at a time."""
    with context_of(request).store.connect() as connection:
        try:
            page = offer_search.search(connection, wanted, order, limit, cursor)
        except CursorError as error:
            raise HttpProblem(422, str(error)) from None
    return OfferPage(items=[rows.offer(row) for row in page.rows], next=page.following)


def found(store: Engine, sku: str, channel: str) -> offer_search.Row:
    """The row of an offer; an HttpProblem where there is none."""
    with store.connect() as connection:
        row = offer_search.one(connection, sku, channel)
    if row is None:
        raise HttpProblem(404, "No product and no decision has named this offer yet.")
    return row


@router.get("/offers/{sku:path}/{channel}/why", dependencies=[LOOK], responses=described(404))
def why(request: Request, sku: str, channel: str) -> Why:
    """Why it costs that, in a customer's words: no cost, no rule, no other customer."""
    context = context_of(request)
    row = found(context.store, sku, channel)
    price = rows.money(row, "price")
    if price is None:
        raise HttpProblem(404, "This offer has no price yet.")
    with context.store.connect() as connection:
        changes = reading.changes_of(connection, row["id"], 1)
    last = rows.change(changes[-1], row["currency"]) if changes else None
    name, lowest = row["name"] or sku, rows.money(row, "lowest_30d")
    said = for_customers(name, row["currency"], price, last, lowest, context.figures)
    return Why(
        sku=sku,
        channel=channel,
        name=name,
        price=price,
        currency=row["currency"],
        since=rows.instant(row["changed_at"]),
        reasons=said,
    )


@router.get(
    "/offers/{sku:path}/{channel}/what-if", dependencies=[LOOK], responses=described(404, 409)
)
def what_if(
    request: Request, sku: str, channel: str, price: Annotated[str, Query(max_length=40)]
) -> WhatIf:
    """What a price would bring over the policy's horizon; 409 where the offer has not sold yet, or
    no model has spoken.
    """
    context = context_of(request)
    row = found(context.store, sku, channel)
    with context.store.connect() as connection:
        decisions = reading.decisions_of(connection, row["id"], 1)
    curve = demand_curve(row, decisions[0], context.figures) if decisions else None
    if curve is None:
        raise HttpProblem(
            409, "This offer has not sold yet, or no demand model was asked about it."
        )
    try:
        return WhatIf(sku=sku, channel=channel, **asked(curve, price))
    except ValueError as error:
        raise HttpProblem(422, f"price: {error}") from None


@router.get("/offers/{sku:path}/{channel}/quote", dependencies=[LOOK], responses=described(404))
def quote(
    request: Request,
    sku: str,
    channel: str,
    segment: Annotated[str, Query(max_length=400)] = USUAL_SEGMENT,
    customer: Annotated[str | None, Query(max_length=400)] = None,
    quantity: Annotated[int, Query(ge=1, lt=2**63)] = 1,
    at: Annotated[str | None, Query(max_length=40)] = None,
) -> QuotedPrice:
    """What a unit costs a customer, by group, quantity and keyed hash (`docs/consumers.md` has the
    recipe): the lowest price in force, never above the public one. `at` is another instant than
    now.
    """
    row = found(context_of(request).store, sku, channel)
    if row["price"] is None or row["currency"] is None:
        raise HttpProblem(404, "This offer has no price yet.")
    try:
        now = time.time_ns() // 1_000_000 if at is None else to_ms(at)
    except ValueError as error:
        raise HttpProblem(422, f"at: {error}") from None
    with context_of(request).store.connect() as connection:
        below = trade_reading.segment_prices_of(connection, row["id"])
    best = trade_reading.best_price(
        row, below, now=now, segment=segment, customer=customer, quantity=quantity
    )
    held: Mapping[str, Any] = best or {}
    return QuotedPrice(
        sku=sku,
        channel=channel,
        segment=segment,
        quantity=quantity,
        currency=row["currency"],
        price=rows.money({**row, "price": held.get("price", row["price"])}, "price") or "",
        public_price=rows.money(row, "price") or "",
        lowest_prior_price_30d=rows.money(row, "lowest_30d"),
        valid_until=rows.instant(held.get("valid_until")),
        disclosure=held.get("disclosure"),
        decision_id=held.get("decision_id"),
    )


@router.post("/offers/{sku:path}/{channel}/price", status_code=202, responses=described(404, 503))
async def set_price(
    request: Request, sku: str, channel: str, wanted: ManualPrice, actor: Annotated[Actor, STEER]
) -> Ordered:
    """Set a price by hand; the pricer's next decision says what became of it."""
    fields = wanted.model_dump(exclude={"reason"}) | {"sku": sku, "channel": channel}
    target = f"{sku} on {channel}"
    await actions.command(context_of(request), actor, "set_price", target, wanted.reason, **fields)
    return Ordered(kind="set_price", target=target)


# after those that are longer: a SKU may hold a slash
@router.get("/offers/{sku:path}/{channel}", dependencies=[LOOK], responses=described(404))
def get_offer(request: Request, sku: str, channel: str) -> OfferDetail:
    """An offer with its changes and decisions."""
    store = context_of(request).store
    row = found(store, sku, channel)
    with store.connect() as connection:
        changes = reading.changes_of(connection, row["id"])
        decisions = reading.decisions_of(connection, row["id"])
    return OfferDetail(
        **rows.offer_fields(row),
        changes=[rows.change(each, row["currency"]) for each in changes],
        decisions=decisions[::-1],
    )
