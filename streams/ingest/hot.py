"""The three busy topics: whole batches decoded at once, a few Python steps per event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from online_models.fold.batch import Action, Kind, Status
from schemas.instants import EARLIEST, LATEST
from schemas.wire import clickstream, competitor_prices, orders
from schemas.wire.batches import BatchDecoder
from schemas.wire.clickstream import ClickRow
from schemas.wire.competitor_prices import CompetitorPriceRow
from schemas.wire.orders import OrderRow
from streams.ingest.border import FURTHEST_AHEAD, Border
from streams.ingest.gathered import Gathered
from streams.ingest.hashing import public_hash

#: (place of the record, its timestamp, the row or None) of what was decoded.
Decoded = Iterable[tuple[int, int, Any]]
#: Turns rows into events; returns what is wrong with records, by place.
Gather = Callable[[Decoded, Gathered, Border], dict[int, str]]

_STATUS = {"placed": Status.PLACED, "cancelled": Status.CANCELLED, "returned": Status.RETURNED}
_ACTION = {
    "view": Action.VIEW,
    "cart": Action.CART,
    "remove": Action.REMOVE,
    "wishlist": Action.WISHLIST,
}
CERTAIN = 1_000_000
ORDER, CLICK, RIVAL = Kind.ORDER, Kind.CLICK, Kind.RIVAL


def _orders(rows: Decoded, gathered: Gathered, border: Border) -> dict[int, str]:
    errors: dict[int, str] = {}
    texts, extend = gathered.texts, gathered.flat.extend
    customer, currencies = border.customer, border.currencies
    of_sku = currencies.of_sku
    order: OrderRow | None
    for place, timestamp, order in rows:
        if order is None:
            continue
        time = timestamp if order.time is None else order.time
        currency = order.currency
        error = None
        if not EARLIEST <= time <= LATEST or time - timestamp > FURTHEST_AHEAD:
            error = border.refuses(time, timestamp)
        for line in order.lines:
            if of_sku.get(line.sku, currency) != currency:
                error = error or _wrong_currency(order, border)
        if error:
            errors[place] = error
            continue
        identity = 0 if order.event_id is None else public_hash("orders\0" + order.event_id)
        channel = texts.setdefault(order.channel or "web", len(texts))
        money = texts.setdefault(currency, len(texts))
        segment = gathered.text(order.segment)
        flag = _STATUS[order.status or "placed"]
        number = public_hash(order.order_id)
        person = customer(order.customer_id) if order.personal_prices else 0
        for line in order.lines:
            sku, amount, unit = line.sku, line.unit_price, money
            if of_sku.get(sku, currency) != currency:
                own, amount = currencies.convert(sku, currency, amount)
                unit = gathered.text(own)
            extend(
                (
                    place,
                    ORDER,
                    time,
                    identity,
                    texts.setdefault(sku, len(texts)),
                    channel,
                    unit,
                    amount,
                    line.quantity,
                    -1 if line.promotion_id is None else gathered.text(line.promotion_id),
                    number,
                    flag,
                    CERTAIN,
                    person,
                    segment,
                )
            )
    return errors


def _wrong_currency(order: OrderRow, border: Border) -> str | None:
    for i, line in enumerate(order.lines):
        error = border.currencies.refuses(line.sku, order.currency, line.unit_price)
        if error:
            return f"currency (lines[{i}]): {error}"
    return None


def _clicks(rows: Decoded, gathered: Gathered, border: Border) -> dict[int, str]:
    errors: dict[int, str] = {}
    texts, extend = gathered.texts, gathered.flat.extend
    person, session = border.customer, border.session
    click: ClickRow | None
    for place, timestamp, click in rows:
        if click is None:
            continue
        time = timestamp if click.time is None else click.time
        if not EARLIEST <= time <= LATEST or time - timestamp > FURTHEST_AHEAD:
            error = border.refuses(time, timestamp)
            if error:
                errors[place] = error
                continue
        event = click.event_id
        extend(
            (
                place,
                CLICK,
                time,
                0 if event is None else public_hash("clickstream\0" + event),
                texts.setdefault(click.sku, len(texts)),
                texts.setdefault(click.channel or "web", len(texts)),
                -1,
                border.price_shown(click.sku, click.price_shown),
                click.count or 1,
                -1,
                session(click.session_id),
                _ACTION[click.action],
                CERTAIN,
                person(click.customer_id),
                -1 if click.segment is None else gathered.text(click.segment),
            )
        )
    return errors


def _competitor_prices(rows: Decoded, gathered: Gathered, border: Border) -> dict[int, str]:
    errors: dict[int, str] = {}
    texts, extend = gathered.texts, gathered.flat.extend
    currencies = border.currencies
    price: CompetitorPriceRow | None
    for place, timestamp, price in rows:
        if price is None:
            continue
        time = timestamp if price.time is None else price.time
        sku, currency = price.sku, price.currency
        amount, shipping = price.price, price.shipping or 0
        error = None
        if not EARLIEST <= time <= LATEST or time - timestamp > FURTHEST_AHEAD:
            error = border.refuses(time, timestamp)
        foreign = currencies.of_sku.get(sku, currency) != currency
        wrong = currencies.refuses(sku, currency, max(amount, shipping)) if foreign else None
        if error or wrong:
            errors[place] = error or f"currency: {wrong}"
            continue
        if foreign:
            _, shipping = currencies.convert(sku, currency, shipping)
            currency, amount = currencies.convert(sku, currency, amount)
        event = price.event_id
        confidence = price.match_confidence
        extend(
            (
                place,
                RIVAL,
                time,
                0 if event is None else public_hash("competitor-prices\0" + event),
                texts.setdefault(sku, len(texts)),
                -1 if price.channel is None else gathered.text(price.channel),
                texts.setdefault(currency, len(texts)),
                amount,
                1,
                texts.setdefault(price.competitor, len(texts)),
                shipping,
                1 if price.in_stock is None else int(price.in_stock),
                CERTAIN if confidence is None else round(confidence * CERTAIN),
                0,
                -1,
            )
        )
    return errors


#: Topic → its decoder, and what makes events of its rows.
HOT: dict[str, tuple[BatchDecoder[Any], Gather]] = {
    "orders": (orders.DECODER, _orders),
    "clickstream": (clickstream.DECODER, _clicks),
    "competitor-prices": (competitor_prices.DECODER, _competitor_prices),
}
