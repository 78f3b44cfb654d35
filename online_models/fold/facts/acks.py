"""`price-acks`: what the shop really shows."""

from __future__ import annotations

import numpy as np
from pydantic import TypeAdapter

from online_models.fold.facts.fact import FactEffect, Handler, Reach
from online_models.fold.state import State
from online_models.journal.batch import Fact
from online_models.pricing.commands.acknowledgements import reconcile
from online_models.pricing.shown import imagined
from schemas.records.record import decode
from schemas.records.shop.price_acks import PriceAck
from schemas.values.instants import DAY
from schemas.values.money import scaled

_ACK = TypeAdapter(PriceAck)
_NOTHING = np.zeros(0, dtype=np.int64)
#: A shop that applies prices of a replayed past may stamp its answers with its own clock.
FURTHEST_AHEAD = 31 * DAY


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Reconcile one acknowledgement with what was published.

    An offer whose price was never changed here shows what its shop says, whoever set it; what was
    changed here is shown, and learnt from, from its acknowledgement on. Where prices are imagined,
    it is learnt from and no more.
    """
    record: PriceAck = decode(_ACK, fact.value or b"")
    catalogue, pricing = state.catalogue, state.pricing
    sku = catalogue.sku_names.index.get(record.sku, -1)
    row = catalogue.offer(sku, catalogue.channel_names.index.get(record.channel, -1))
    unmet = bool(imagined(pricing, np.array([row]))[0]) if row >= 0 else pricing.settings.imagined
    decision = None if unmet else pricing.published(record.decision_id)
    rows, outputs = (_NOTHING, []) if unmet else reconcile(pricing, record, now)
    applied = row >= 0 and catalogue.offers.listed[row] and record.status == "applied"
    first = applied and not unmet and pricing.ledger.revision[row] == 0
    if decision is None and not (first or unmet or state.settings.observe_only):
        state.count("unknown_ack")
    if not applied:
        return FactEffect(rows, outputs)
    state.listing.acknowledged[row] = True
    price = scaled(record.price, int(catalogue.skus.digits[sku]))
    at = np.array([row])
    if first:
        pricing.restate(at, np.array([price], dtype=np.int64), now)
    behind = decision is not None and decision[0] == row and bool(pricing.unconfirmed(at)[0])
    reported = {row: price} if price > 0 and (unmet or behind) else {}
    return FactEffect(rows, outputs, shown=(row,), reported_price=reported)


HANDLER = Handler(
    "price-acks", Reach.SKU, apply, moves_clock=True, ahead=FURTHEST_AHEAD, of_prices=True
)
