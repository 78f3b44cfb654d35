"""`inventory`: what is on hand, less what is reserved, and what is on its way."""

from __future__ import annotations

import numpy as np
from pydantic import TypeAdapter

from online_models.fold.facts.fact import NOTHING, FactEffect, Handler, Reach
from online_models.fold.state import State
from online_models.journal.batch import Fact
from online_models.shop.stock import Delivery, StockCount
from schemas.records.record import decode
from schemas.records.shop.inventory import Inventory

_INVENTORY = TypeAdapter(Inventory)


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Count the stock of one SKU, on one channel or for all that it is sold on."""
    record: Inventory = decode(_INVENTORY, fact.value or b"")
    catalogue, channel = state.catalogue, record.channel or ""
    sku = catalogue.sku(record.sku)
    rows = [
        row
        for row in catalogue.sku_offers[sku]
        if channel in ("", catalogue.channel_names[catalogue.offers.channel[row]])
    ]
    # a time that did not move the clock is ahead of what the journal allows
    time = now if record.time is None else min(record.time, now)
    inbound = tuple(Delivery(d.quantity, d.expected_at) for d in record.inbound)
    count = StockCount(max(record.on_hand - (record.reserved or 0), 0), time, inbound)
    if not state.stock.count(sku, channel, record.location or "", count, rows):
        state.count("out_of_order_inventory")
        return NOTHING
    listed = np.array([row for row in rows if catalogue.offers.listed[row]], dtype=np.int64)
    return FactEffect(listed, [], shown=listed.tolist())


HANDLER = Handler("inventory", Reach.SKU, apply, moves_clock=True)
