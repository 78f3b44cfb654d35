"""The three busy topics: whole batches decoded at once, and a few passes over each column."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from itertools import chain, repeat
from operator import attrgetter, sub
from typing import Any, NamedTuple

from online_models.journal.batch import Action, Agreed, Kind, Status
from online_models.journal.bounded import LEAD
from schemas.values.instants import EARLIEST, LATEST
from schemas.wire import clickstream, competitor_prices, orders
from schemas.wire.batches import BatchDecoder
from schemas.wire.clickstream import ClickRow
from schemas.wire.competitor_prices import CompetitorPriceRow
from schemas.wire.orders import OrderRow
from streams.ingest.border import Border
from streams.ingest.gathered import Gathered, Values
from streams.ingest.hashing import public_hash
from streams.kafka.kafka_record import Parsed

_STATUS = {"placed": Status.PLACED, "cancelled": Status.CANCELLED, "returned": Status.RETURNED}
_ACTION = {
    "view": Action.VIEW,
    "cart": Action.CART,
    "remove": Action.REMOVE,
    "wishlist": Action.WISHLIST,
}
CERTAIN = 1_000_000


class DecodedRows(NamedTuple):
    """Rows of one topic, and of each its record's place in the round and timestamp, ms."""

    places: list[int]
    stamps: list[int]
    rows: list[Any]

    def but(self, places: Container[int]) -> DecodedRows:
        """Without the records at `places`."""
        kept = [i for i, place in enumerate(self.places) if place not in places]
        return DecodedRows(*([column[i] for i in kept] for column in self))

    def times(self) -> list[int]:
        """Event times, ms."""
        pairs = zip(self.rows, self.stamps, strict=True)
        return [stamp if row.time is None else row.time for row, stamp in pairs]

    def mistimed(self, times: Sequence[int], border: Border) -> dict[int, str]:
        """What is wrong with event times, by place."""
        ahead = max(map(sub, times, self.stamps))
        latest = min(border.latest(), LATEST)
        if min(times) >= EARLIEST and max(times) <= latest and ahead <= LEAD:
            return {}
        checked = zip(self.places, map(border.refuses, times, self.stamps), strict=True)
        return {place: error for place, error in checked if error}


#: Turns rows, one at least, into events; returns what is wrong with records, by place.
Gather = Callable[[DecodedRows, Gathered, Border], dict[int, str]]


def _orders(decoded_rows: DecodedRows, gathered: Gathered, border: Border) -> dict[int, str]:
    found: list[OrderRow] = decoded_rows.rows
    times, texts = decoded_rows.times(), gathered.texts
    lines = list(chain.from_iterable([order.lines for order in found]))
    sizes = [] if len(lines) == len(found) else [len(order.lines) for order in found]
    skus, amounts = [line.sku for line in lines], [line.unit_price for line in lines]
    units = _each([order.currency for order in found], sizes)
    owns = list(map(border.currencies.of_sku.get, skus, units))
    errors = decoded_rows.mistimed(times, border)
    if owns != units:
        for place, order in zip(decoded_rows.places, found, strict=True):
            if place not in errors and (error := _wrong_currency(order, border)):
                errors[place] = error
    if errors:
        return errors | _gather(_orders, decoded_rows.but(errors), gathered, border)
    if owns != units:
        money = map(border.currencies.convert, skus, units, amounts)
        units, amounts = (list(column) for column in zip(*money, strict=True))
    agreed = [order.customer_id if order.personal_prices else None for order in found]
    gathered.add(
        len(lines),
        _each(decoded_rows.places, sizes),
        kind=Kind.ORDER,
        time=_each(times, sizes),
        identity=_each([_order_identity(*pair) for pair in zip(found, times, strict=True)], sizes),
        sku=texts.of(skus),
        channel=_each(texts.of([order.channel for order in found]), sizes),
        currency=texts.of(units),
        amount=amounts,
        count=[line.quantity for line in lines],
        detail=texts.of_some([line.promotion_id for line in lines]),
        extra=_each(list(map(public_hash, [order.order_id for order in found])), sizes),
        flag=_each([_STATUS[order.status] for order in found], sizes),
        person=_each(border.customer.each(agreed), sizes),
        segment=_each(texts.of_some([order.segment for order in found]), sizes),
    )
    return {}


def _wrong_currency(order: OrderRow, border: Border) -> str | None:
    for i, line in enumerate(order.lines):
        error = border.currencies.refuses(line.sku, order.currency, line.unit_price)
        if error:
            return f"currency (lines[{i}]): {error}"
    return None


def _clicks(decoded_rows: DecodedRows, gathered: Gathered, border: Border) -> dict[int, str]:
    found: list[ClickRow] = decoded_rows.rows
    times, texts = decoded_rows.times(), gathered.texts
    errors = decoded_rows.mistimed(times, border)
    if errors:
        return errors | _gather(_clicks, decoded_rows.but(errors), gathered, border)
    skus, shown = [click.sku for click in found], [click.price_shown for click in found]
    unpriced = shown.count(None) == len(shown)
    gathered.add(
        len(found),
        decoded_rows.places,
        kind=Kind.CLICK,
        time=times,
        identity=_identities("clickstream", [click.event_id for click in found]),
        sku=texts.of(skus),
        channel=texts.of([click.channel for click in found]),
        amount=-1 if unpriced else list(map(border.price_shown, skus, shown)),
        count=[click.count for click in found],
        extra=_agreed(found),
        flag=[_ACTION[click.action] for click in found],
        person=_who(found, border),
        segment=texts.of_some([click.segment for click in found]),
    )
    return {}


def _agreed(found: list[ClickRow]) -> Values:
    """Who agreed to recommendations: customers, or sessions where no customer is given."""
    if not any(map(attrgetter("personal_prices"), found)):
        return Agreed.NOBODY
    return [_agreed_one(click) if click.personal_prices else Agreed.NOBODY for click in found]


def _agreed_one(click: ClickRow) -> int:
    if click.customer_id is not None:
        return Agreed.CUSTOMER
    return Agreed.NOBODY if click.session_id is None else Agreed.SESSION


def _who(found: list[ClickRow], border: Border) -> Values:
    """Hashes of the customers who clicked, or of the sessions where no customer is given."""
    customers = border.customer.each([click.customer_id for click in found])
    sessions = border.session.each([click.session_id for click in found])
    if isinstance(customers, int):
        return sessions
    if isinstance(sessions, int):
        return customers
    return [customer or session for customer, session in zip(customers, sessions, strict=True)]


def _competitor_prices(
    decoded_rows: DecodedRows, gathered: Gathered, border: Border
) -> dict[int, str]:
    found: list[CompetitorPriceRow] = decoded_rows.rows
    times, texts = decoded_rows.times(), gathered.texts
    skus, units = [price.sku for price in found], [price.currency for price in found]
    amounts, shipping = [price.price for price in found], [price.shipping or 0 for price in found]
    owns = list(map(border.currencies.of_sku.get, skus, units))
    errors = decoded_rows.mistimed(times, border)
    if owns != units:
        refused = map(border.currencies.refuses, skus, units, map(max, amounts, shipping))
        for place, error in zip(decoded_rows.places, refused, strict=True):
            if error:
                errors.setdefault(place, f"currency: {error}")
    if errors:
        return errors | _gather(_competitor_prices, decoded_rows.but(errors), gathered, border)
    if owns != units:
        convert = border.currencies.convert
        shipping = [amount for _, amount in map(convert, skus, units, shipping)]
        money = map(convert, skus, units, amounts)
        units, amounts = (list(column) for column in zip(*money, strict=True))
    confidence = [price.match_confidence for price in found]
    gathered.add(
        len(found),
        decoded_rows.places,
        kind=Kind.COMPETITOR_PRICE,
        time=times,
        identity=_identities("competitor-prices", [price.event_id for price in found]),
        sku=texts.of(skus),
        channel=texts.of_some([price.channel for price in found]),
        currency=texts.of(units),
        amount=amounts,
        detail=texts.of([price.competitor for price in found]),
        extra=shipping,
        flag=[price.in_stock for price in found],
        confidence=[round(share * CERTAIN) for share in confidence],
    )
    return {}


def _identities(topic: str, event_ids: Sequence[str | None]) -> Values:
    if not any(event_ids):
        return 0
    return [0 if event is None else public_hash(f"{topic}\0{event}") for event in event_ids]


def _order_identity(order: OrderRow, time: int) -> int:
    """By its `event_id`, else by what it says: an order that is sent again with the same lines is
    no second order. Parts of it may come back one by one, so a return is known by its time, too.
    """
    if order.event_id is not None:
        return public_hash(f"orders\0{order.event_id}")
    said = [order.order_id, order.status, str(time) if order.status == "returned" else ""]
    for line in order.lines:
        said += [line.sku, str(line.quantity), str(line.unit_price)]
    return public_hash("\0".join(said))


def _each(values: Any, sizes: list[int]) -> Any:
    """A value per line of values per order, given how many lines orders have (none: one each)."""
    if not sizes or isinstance(values, int):
        return values
    return list(chain.from_iterable(map(repeat, values, sizes)))


def _gather(
    gather: Gather, decoded_rows: DecodedRows, gathered: Gathered, border: Border
) -> dict[int, str]:
    return gather(decoded_rows, gathered, border) if decoded_rows.rows else {}


class Hot(NamedTuple):
    """A busy topic: what decodes its values, and what makes events of their rows."""

    decoder: BatchDecoder[Any]
    make: Gather

    def gather(
        self, records: Sequence[Parsed], places: list[int], gathered: Gathered, border: Border
    ) -> dict[int, str]:
        """Gather the events of records; returns what is wrong with them, by place."""
        decoded = self.decoder.decode([record.value for record in records])
        decoded_rows = DecodedRows(places, [record.timestamp for record in records], decoded.rows)
        errors = {places[i]: error for i, error in decoded.errors.items()}
        if errors:
            decoded_rows = decoded_rows.but(errors)
        return errors | _gather(self.make, decoded_rows, gathered, border)


HOT: dict[str, Hot] = {
    "orders": Hot(orders.DECODER, _orders),
    "clickstream": Hot(clickstream.DECODER, _clicks),
    "competitor-prices": Hot(competitor_prices.DECODER, _competitor_prices),
}
#: Of these, topics whose records may wait for events that lead to a decision.
WAITING = ("orders", "clickstream")
