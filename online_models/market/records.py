"""From a day's columns to the records of the input topics, in the order of their arrival."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from online_models.market.assortment import Assortment
from online_models.market.calendar import day_start
from online_models.market.events import AMOUNT, PRICE, SKU, Events


@dataclass(frozen=True)
class TopicRecord:
    """One record of an input topic; `timestamp` (ms) is when it reaches the stream."""

    topic: str
    key: str
    value: Mapping[str, Any]
    timestamp: int


def opening(assortment: Assortment) -> list[TopicRecord]:
    """The records of topic `products` that a market begins with."""
    return [
        TopicRecord("products", str(product["sku"]), product, day_start(0))
        for product in assortment.products()
    ]


def records(
    assortment: Assortment, competitors: tuple[str, ...], events: Events
) -> list[TopicRecord]:
    """All records of a day by arrival; ties in the order stock, promotions, quotes, views, orders.

    `competitors` are the names that `events.quotes.competitor` indexes
    (`Market.competitors.names`).
    """
    found = [
        *levels(assortment, events),
        *promotions(events),
        *_quotes(assortment, competitors, events),
        *_clicks(assortment, events),
        *_orders(assortment, events),
    ]
    return sorted(found, key=lambda record: record.timestamp)


def _money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def _rows(stream: Any, *names: str) -> Iterator[tuple[int, ...]]:
    return zip(*(getattr(stream, name).tolist() for name in names), strict=True)


def levels(goods: Assortment, events: Events) -> Iterator[TopicRecord]:
    """Records of topic `inventory`."""
    names = ("offer", "time", "on_hand", "inbound", "expected_at")
    for offer, time, on_hand, inbound, expected_at in _rows(events.levels, *names):
        value: dict[str, Any] = {"sku": goods.skus[offer], "time": time, "on_hand": on_hand}
        if inbound:
            value["inbound"] = [{"quantity": inbound, "expected_at": expected_at}]
        yield TopicRecord("inventory", goods.skus[offer], value, time)


def promotions(events: Events) -> Iterator[TopicRecord]:
    """Records of topic `promotions`."""
    for value in events.promotions:
        yield TopicRecord("promotions", value["promotion_id"], value, value["starts_at"])


def _quotes(
    goods: Assortment, competitors: tuple[str, ...], events: Events
) -> Iterator[TopicRecord]:
    names = ("event", "offer", "competitor", "price", "in_stock", "time", "arrival", "missing")
    for event, offer, competitor, price, in_stock, time, arrival, missing in _rows(
        events.quotes, *names
    ):
        value: dict[str, Any] = {
            "event_id": f"quote-{event}",
            "sku": goods.skus[offer],
            "competitor": competitors[competitor],
            "price": _money(price),
            "currency": goods.currency,
            "in_stock": bool(in_stock),
            "time": time,
        }
        yield _sent("competitor-prices", goods.skus[offer], value, value, missing, arrival)


def _clicks(goods: Assortment, events: Events) -> Iterator[TopicRecord]:
    names = ("event", "offer", "count", "time", "arrival", "missing")
    for event, offer, count, time, arrival, missing in _rows(events.clicks, *names):
        value: dict[str, Any] = {
            "event_id": f"view-{event}",
            "sku": goods.skus[offer],
            "action": "view",
            "count": count,
            "time": time,
        }
        yield _sent("clickstream", goods.skus[offer], value, value, missing, arrival)


def _orders(goods: Assortment, events: Events) -> Iterator[TopicRecord]:
    names = ("order", "arrival", "time", "offer", "quantity", "unit_price", "missing")
    for (order, arrival), rows in groupby(_rows(events.orders, *names), key=lambda row: row[:2]):
        lines, broken, placed = [], 0, arrival
        for _, _, time, offer, quantity, unit_price, missing in rows:
            line = {"sku": goods.skus[offer], "quantity": quantity}
            lines.append({**line, "unit_price": _money(unit_price)})
            broken, placed = missing, time
        value = {
            "event_id": f"order-{order}",
            "order_id": f"order-{order}",
            "time": placed,
            "currency": goods.currency,
            "lines": lines,
        }
        yield _sent("orders", f"order-{order}", value, lines[0], broken, arrival)


def _sent(
    topic: str, key: str, value: dict[str, Any], part: dict[str, Any], missing: int, arrival: int
) -> TopicRecord:
    """A record, with the missing field taken out of its `part`."""
    fields = {SKU: ("sku",), PRICE: ("price", "unit_price"), AMOUNT: ("quantity",)}
    for field in fields.get(missing, ()):
        part.pop(field, None)
    return TopicRecord(topic, key, value, arrival)
