"""Baskets and margins of a recording, in the order of the orders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from online_models.shop.catalogue import Interner
from online_models.studies.recommendations.judging import ItemBasket
from schemas.records.record import RecordError
from schemas.topics import decode
from streams.recording import Recording

ORDERS, PRODUCTS = "orders", "products"


def recorded(paths: Sequence[Path]) -> list[ItemBasket]:
    """The orders of recordings, which hold products, too; RecordingError where they cannot be read.

    Cancelled and returned orders, and what is no record, are left out. A margin is what was paid,
    without tax, less the cost that the product had then, in whole units of its currency; without a
    product record it is what was paid.
    """
    items = Interner()
    baskets: list[ItemBasket] = []
    cost: dict[str, tuple[float, float]] = {}
    for entry in Recording(paths, [ORDERS, PRODUCTS]):
        if entry.value is None:
            continue
        try:
            record = decode(entry.topic, entry.value)
        except RecordError:
            continue
        if entry.topic == PRODUCTS:
            cost[record.sku] = float(record.cost), 1.0 + float(record.tax_rate)
        elif record.status == "placed":
            lines = {}
            for line in record.lines:
                spent, tax = cost.get(line.sku, (0.0, 1.0))
                lines[items.id(line.sku)] = float(line.unit_price) / tax - spent
            baskets.append(ItemBasket(record.customer_id, lines))
    return baskets
