"""`inventory`: what is on hand, less what is reserved, and what is on its way."""

from __future__ import annotations

import numpy as np
from pydantic import TypeAdapter

from online_models.fold.batch import Fact
from online_models.fold.facts.fact import Effect, Handler, Reach
from online_models.fold.listing import show
from online_models.fold.state import State
from schemas.inventory import Inventory
from schemas.records import decode

_INVENTORY = TypeAdapter(Inventory)


def apply(state: State, fact: Fact, now: int) -> Effect:
    """Count the stock of one SKU, on one channel or for all that it is sold on."""
    record: Inventory = decode(_INVENTORY, fact.value or b"")
    catalogue = state.catalogue
    sku = catalogue.sku(record.sku)
    channel = -1 if record.channel is None else catalogue.channel_names.id(record.channel)
    units = record.on_hand - (record.reserved or 0)
    inbound = [(delivery.quantity, delivery.expected_at) for delivery in record.inbound]
    time = now if record.time is None else record.time
    counted = []
    for row in catalogue.sku_offers[sku]:
        if channel not in (-1, catalogue.offers.channel[row]):
            continue
        if not state.stock.count(row, record.location or "", units, time, inbound):
            state.count("out_of_order_inventory")
        elif catalogue.offers.listed[row]:
            counted.append(row)
    rows = np.array(counted, dtype=np.int64)
    if len(rows):
        show(state, rows, np.full(len(rows), now))
    return Effect(rows, [])


HANDLER = Handler("inventory", Reach.SKU, apply, tells_time=True)
