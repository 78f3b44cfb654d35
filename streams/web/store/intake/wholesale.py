"""`price-offers`, contracts and quotes. Raw customer ids are never kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select

from schemas.values.money import to_minor
from schemas.values.percentages import to_fraction
from streams.client.standing import OfferIdentity, StandingOffers
from streams.web.store.database import chunks, put
from streams.web.store.intake.offer_rows import ids_of
from streams.web.store.intake.record import (
    Amount,
    Taken,
    When,
    instant,
    minor,
    moment,
    packed,
    readable,
)
from streams.web.store.tables.trade import contracts, quotes, segment_prices


class _PriceOffer(msgspec.Struct):
    sku: str
    channel: str
    segment: str
    price: str
    currency: str
    valid_from: str
    valid_until: str | None
    decision_id: str
    disclosure: str | None = None
    minimum_quantity: int | None = None
    customer: str | None = None
    contract_id: str | None = None
    cluster: int | None = None
    time: When = None


class _Contract(msgspec.Struct):
    contract_id: str
    sku: str
    price: Amount
    currency: str
    valid_from: str | int
    valid_until: When = None
    channel: str = "web"
    customer_id: str | None = None
    segment: str = "b2b"
    minimum_quantity: int = 1
    terms: str | None = None
    cancelled: bool = False


class _QuoteAsked(msgspec.Struct):
    quote_id: str
    lines: list[msgspec.Raw]
    time: When = None
    segment: str = "b2b"
    channel: str = "web"
    currency: str | None = None
    deadline: When = None


class _RuledLine(msgspec.Struct):
    policy_id: str


class _WinningChance(msgspec.Struct):
    probability: float
    profit: str


class _Quote(msgspec.Struct):
    quote_id: str
    decision_id: str
    status: str
    segment: str
    channel: str
    customer: str | None
    currency: str
    lines: list[_RuledLine]
    total: str | None
    public_total: str | None
    discount: str | None
    valid_until: str | None
    expected: _WinningChance | None
    time: str


class _Outcome(msgspec.Struct):
    quote_id: str
    status: str
    price: Amount | None = None
    time: When = None


def take_price_offers(connection: Connection, records: Sequence[Taken]) -> None:
    """Each in place of those that it replaces."""
    read = list(readable(records, _PriceOffer))
    ids = ids_of(connection, [(value.sku, value.channel) for _, value in read])
    numbers = set(ids.values())
    kept = _kept(connection, numbers)
    standing: dict[int, StandingOffers[Any]] = {n: StandingOffers() for n in numbers}
    for before in kept:
        standing[before["offer_id"]].take(offer_identity(before), before)
    for record, value in read:
        number = ids[value.sku, value.channel]
        try:
            price = to_minor(value.price, value.currency)
        except ValueError:
            continue
        began = instant(value.valid_from, record.timestamp)
        row = {
            "offer_id": number,
            "decision_id": value.decision_id,
            "segment": value.segment,
            "customer": value.customer,
            "minimum_quantity": value.minimum_quantity,
            "contract_id": value.contract_id,
            "learnt": value.cluster is not None,
            "price": price,
            "currency": value.currency,
            "said_at": instant(value.time, began),
            "valid_from": began,
            "valid_until": moment(value.valid_until, record.timestamp),
            "disclosure": value.disclosure,
        }
        standing[number].take(offer_identity(row), row)
    left = [row for offers in standing.values() for row in offers]
    gone = {row["id"] for row in kept} - {row["id"] for row in left if "id" in row}
    for part in chunks(sorted(gone)):
        connection.execute(delete(segment_prices).where(segment_prices.c.id.in_(part)))
    new = [row for row in left if "id" not in row]
    if new:
        connection.execute(segment_prices.insert(), new)


def _kept(connection: Connection, numbers: Collection[int]) -> list[dict[str, Any]]:
    """What is kept of some offers, in the order in which it came."""
    found: list[dict[str, Any]] = []
    for part in chunks(sorted(numbers)):
        held = select(segment_prices).where(segment_prices.c.offer_id.in_(part))
        ordered = held.order_by(segment_prices.c.id)
        found += [dict(row) for row in connection.execute(ordered).mappings()]
    return found


def offer_identity(row: Mapping[str, Any]) -> OfferIdentity:
    """What tells a row from the others of its offer."""
    return OfferIdentity(
        row["decision_id"],
        row["segment"],
        row["minimum_quantity"] or 1,
        row["customer"],
        row["contract_id"],
        row["learnt"],
    )


def take_contracts(connection: Connection, records: Sequence[Taken]) -> None:
    """What was promised, the last of each contract, product and quantity."""
    for record, value in readable(records, _Contract):
        key = {
            "contract_id": value.contract_id,
            "sku": value.sku,
            "minimum_quantity": value.minimum_quantity,
        }
        if value.cancelled:
            same = [contracts.c[name] == held for name, held in key.items()]
            connection.execute(delete(contracts).where(*same))
            continue
        price = minor(value.price, value.currency)
        if price is None:
            continue
        row = key | {
            "channel": value.channel,
            "segment": value.segment,
            "personal": value.customer_id is not None,
            "price": price,
            "currency": value.currency,
            "valid_from": instant(value.valid_from, record.timestamp),
            "valid_until": moment(value.valid_until, record.timestamp),
            "terms": value.terms,
        }
        put(connection, contracts, [row], by=list(key))


# Each of the following sets the columns that its topic tells, beside those that others have told.


def take_requests(connection: Connection, records: Sequence[Taken]) -> None:
    """Requests for quotes, answered or not."""
    rows = {}
    for record, value in readable(records, _QuoteAsked):
        at = instant(value.time, record.timestamp)
        rows[value.quote_id] = {
            "quote_id": value.quote_id,
            "time": at,
            "asked_at": at,
            "deadline": moment(value.deadline, record.timestamp),
            "segment": value.segment,
            "channel": value.channel,
            "currency": value.currency,
            "line_count": len(value.lines),
        }
    put(connection, quotes, list(rows.values()), by=["quote_id"])


def take_quotes(connection: Connection, records: Sequence[Taken]) -> None:
    """The last answer to each request."""
    rows = {}
    for record, value in readable(records, _Quote):
        expected = value.expected
        rows[value.quote_id] = {
            "quote_id": value.quote_id,
            "time": instant(value.time, record.timestamp),
            "decision_id": value.decision_id,
            "status": value.status,
            "policy_id": value.lines[0].policy_id if value.lines else None,
            "segment": value.segment,
            "channel": value.channel,
            "customer": value.customer,
            "currency": value.currency,
            "line_count": len(value.lines),
            "total": minor(value.total, value.currency),
            "public_total": minor(value.public_total, value.currency),
            "discount": _share(value.discount),
            "probability": None if expected is None else expected.probability,
            "profit": None if expected is None else minor(expected.profit, value.currency),
            "valid_until": moment(value.valid_until, record.timestamp),
            "body": packed(record.value or b""),
        }
    put(connection, quotes, list(rows.values()), by=["quote_id"])


def take_outcomes(connection: Connection, records: Sequence[Taken]) -> None:
    """What became of quotes."""
    read = list(readable(records, _Outcome))
    currencies: dict[str, str] = {}
    for part in chunks([value.quote_id for _, value in read]):
        found = select(quotes.c.quote_id, quotes.c.currency).where(quotes.c.quote_id.in_(part))
        currencies |= {name: currency for name, currency in connection.execute(found) if currency}
    rows = {}
    for record, value in read:
        at = instant(value.time, record.timestamp)
        rows[value.quote_id] = {
            "quote_id": value.quote_id,
            "outcome": value.status,
            "decided_price": minor(value.price, currencies.get(value.quote_id)),
            "time": at,
            "decided_at": at,
        }
    put(connection, quotes, list(rows.values()), by=["quote_id"])


def _share(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(to_fraction(text))
    except ValueError:
        return None
