"""Baskets and margins of a recording, in the order of the orders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from online_models.shop.catalogue import Interner
from online_models.studies.recommendations.judging import ItemBasket
from schemas.records.record import RecordError
from schemas.topics import decode
from streams.recording import Recording

ORDERS, PRODUCTS = "orders", "products"


class RecordedBaskets(NamedTuple):
    """Orders as baskets; item → the margin of one in whole units of its currency; SKUs by item."""

    baskets: list[ItemBasket]
    margin: dict[int, float]
    items: list[str]


def recorded(paths: Sequence[Path]) -> RecordedBaskets:
    """What recordings of orders and products hold; RecordingError where they cannot be read.

    Cancelled and returned orders, and what is no record, are left out. A margin is what was paid
    last, without tax, less the cost; without a product record it is what was paid.
    """
    items, customers = Interner(), Interner()
    baskets: list[ItemBasket] = []
    paid: dict[int, float] = {}
    cost: dict[int, tuple[float, float]] = {}
    for entry in Recording(paths, [ORDERS, PRODUCTS]):
        if entry.value is None:
            continue
        try:
            record = decode(entry.topic, entry.value)
        except RecordError:
            continue
        if entry.topic == PRODUCTS:
            cost[items.id(record.sku)] = float(record.cost), 1.0 + float(record.tax_rate)
        elif record.status == "placed":
            lines = {items.id(line.sku): float(line.unit_price) for line in record.lines}
            paid |= lines
            who = None if record.customer_id is None else customers.id(record.customer_id)
            baskets.append(ItemBasket(who, list(lines)))
    margin = {}
    for item, price in paid.items():
        spent, tax = cost.get(item, (0.0, 1.0))
        margin[item] = price / tax - spent
    return RecordedBaskets(baskets, margin, items.names)
