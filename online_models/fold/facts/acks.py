"""`price-acks`: what the shop really shows."""

from __future__ import annotations

import numpy as np
from pydantic import TypeAdapter

from online_models.fold.batch import Fact
from online_models.fold.facts.fact import Effect, Handler, Reach
from online_models.fold.listing import show
from online_models.fold.state import State
from schemas.acks import PriceAck
from schemas.money import scaled
from schemas.records import decode

_ACK = TypeAdapter(PriceAck)


def apply(state: State, fact: Fact, now: int) -> Effect:
    """Reconcile one acknowledgement with what was published.

    An offer whose price was never changed here shows what its shop says, whoever set it.
    """
    record: PriceAck = decode(_ACK, fact.value or b"")
    catalogue, listing = state.catalogue, state.listing
    rows, outputs = state.pricing.acknowledge(record, now)
    sku = catalogue.sku(record.sku)
    listed = [row for row in catalogue.sku_offers[sku] if catalogue.offers.listed[row]]
    offers = np.array(listed, dtype=np.int64)
    row = catalogue.offer(sku, catalogue.channel_names.index.get(record.channel, -1))
    if row in listed and record.status == "applied":
        listing.told[row] = True
        if state.pricing.ledger.revision[row] == 0:
            price = scaled(record.price, int(catalogue.skus.digits[sku]))
            state.pricing.restate(offers[offers == row], np.array([price], dtype=np.int64), now)
    show(state, offers, np.full(len(offers), now))
    return Effect(rows, outputs)


HANDLER = Handler("price-acks", Reach.SKU, apply)
