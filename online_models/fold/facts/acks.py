"""`price-acks`: what the shop really shows."""

from __future__ import annotations

import numpy as np
from pydantic import TypeAdapter

from online_models.fold.batch import Fact
from online_models.fold.facts.fact import Effect, Handler, Reach
from online_models.fold.state import State
from online_models.pricing.acknowledgements import reconcile
from schemas.acks import PriceAck
from schemas.instants import DAY
from schemas.money import scaled
from schemas.records import decode

_ACK = TypeAdapter(PriceAck)
#: A shop that applies prices of a replayed past may stamp its answers with its own clock.
FURTHEST_AHEAD = 31 * DAY


def apply(state: State, fact: Fact, now: int) -> Effect:
    """Reconcile one acknowledgement with what was published.

    An offer whose price was never changed here shows what its shop says, whoever set it.
    """
    record: PriceAck = decode(_ACK, fact.value or b"")
    catalogue, listing = state.catalogue, state.listing
    rows, outputs = reconcile(state.pricing, record, now)
    sku = catalogue.sku(record.sku)
    row = catalogue.offer(sku, catalogue.channel_names.index.get(record.channel, -1))
    if row < 0 or not catalogue.offers.listed[row] or record.status != "applied":
        return Effect(rows, outputs)
    listing.told[row] = True
    if state.pricing.ledger.revision[row] > 0:
        return Effect(rows, outputs)
    price = scaled(record.price, int(catalogue.skus.digits[sku]))
    state.pricing.restate(np.array([row]), np.array([price], dtype=np.int64), now)
    return Effect(rows, outputs, shown=(row,))


HANDLER = Handler("price-acks", Reach.SKU, apply, tells_time=True, ahead=FURTHEST_AHEAD)
