"""`price-acks`: what the shop really shows."""

from __future__ import annotations

import numpy as np
from pydantic import TypeAdapter

from online_models.fold.batch import Fact
from online_models.fold.facts.fact import Effect, Handler, Reach
from online_models.fold.listing import show
from online_models.fold.state import State
from schemas.acks import PriceAck
from schemas.records import decode

_ACK = TypeAdapter(PriceAck)


def apply(state: State, fact: Fact, now: int) -> Effect:
    """Reconcile one acknowledgement with what was published."""
    record: PriceAck = decode(_ACK, fact.value or b"")
    rows, outputs = state.pricing.acknowledge(record, now)
    catalogue = state.catalogue
    sku = catalogue.sku(record.sku)
    offers = np.array(
        [row for row in catalogue.sku_offers[sku] if catalogue.offers.listed[row]], dtype=np.int64
    )
    show(state, offers, np.full(len(offers), now))
    return Effect(rows, outputs)


HANDLER = Handler("price-acks", Reach.SKU, apply)
