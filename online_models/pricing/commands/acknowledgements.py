"""What the shop says that it shows."""

from __future__ import annotations

import numpy as np

from online_models.journal.outputs import Output
from online_models.pricing.context.decision_context import Ints
from online_models.pricing.pricing import Pricing
from online_models.pricing.records.alerts import Placed, alert, missing_ack
from online_models.pricing.state.ledger import take_shown_as_regular
from online_models.shop.catalogue import NEVER, NO_PRICE
from schemas.records.shop.price_acks import PriceAck
from schemas.values.money import scaled


def reconcile(pricing: Pricing, ack: PriceAck, now: int) -> tuple[Ints, list[Output]]:
    """Believe the shop: a rejected change is struck, another price shown is taken down; in both
    cases the shop is left in peace for a while.

    Only the last change counts: an older one has been overtaken. Returns the offers to decide anew
    and alerts.
    """
    pricing.grow()
    catalogue, ledger = pricing.state.catalogue, pricing.ledger
    nothing = np.zeros(0, dtype=np.int64)
    found = pricing.state.identities.parse(ack.decision_id)
    if found is None:
        return nothing, []
    row, sequence = found
    head = int(ledger.history_entry[row])
    if head < 0 or int(pricing.history.entries.sequence[head]) != sequence:
        return nothing, []
    channel = catalogue.offer_name(row)[1]
    if pricing.silent_channels.get(channel, True):
        pricing.acknowledged_channels.append(channel)
    ledger.ack_due[row] = NEVER
    rows = np.array([row], dtype=np.int64)
    shown = scaled(ack.price, int(catalogue.skus.digits[catalogue.offers.sku[row]]))
    if ack.status == "rejected":
        before = pricing.history.undo(ledger.history_entry, row, sequence)
        if before is None:
            return nothing, []
        ledger.price[row], regular = before
        ledger.price_forced[row] = False
        if regular != ledger.price[row]:
            ledger.regular_price[row] = regular
        elif ledger.override_until[row] == NEVER:
            take_shown_as_regular(ledger, rows)
        ledger.deviation[row] = np.nan
        ledger.retry_at[row] = now + pricing.settings.retry_after_rejection_ms
        message = f"the shop rejected decision {ack.decision_id}: {ack.reason or 'no reason given'}"
        details = {"decision_id": ack.decision_id}
        refused = alert(catalogue, row, "price_rejected", "warning", message, now, details)
        return rows, [refused]
    if shown in (ledger.price[row], NO_PRICE) or shown < 1:
        return nothing, []
    promoted = ledger.price[row] != ledger.regular_price[row]
    base = ledger.regular_price[rows] if promoted else np.array([shown], dtype=np.int64)
    at, prices = np.array([now], dtype=np.int64), np.array([shown], dtype=np.int64)
    pricing.history.append(ledger.history_entry, rows, at, prices, base, ledger.sequence[rows])
    ledger.price[row], ledger.regular_price[row] = shown, base[0]
    ledger.price_forced[row] = False
    # A shop that rounds by its own rules would else be asked again with every answer.
    ledger.retry_at[row] = now + pricing.settings.retry_after_rejection_ms
    return rows, []


def overdue(pricing: Pricing, rows: Ints, now: Ints) -> list[Placed]:
    """Alerts for changes whose acknowledgement has not come in time.

    A channel that has never acknowledged anything is reported once: it may not acknowledge at all.
    """
    ledger, catalogue = pricing.ledger, pricing.state.catalogue
    late = np.flatnonzero(ledger.ack_due[rows] <= now)
    found: list[Placed] = []
    for place in late.tolist():
        row = int(rows[place])
        channel = catalogue.offer_name(row)[1]
        ledger.ack_due[row] = NEVER
        if pricing.settings.imagined or pricing.silent_channels.get(channel, False):
            continue
        if channel not in pricing.silent_channels:
            pricing.silent_channels[channel] = True
        sequence = int(pricing.history.entries.sequence[ledger.history_entry[row]])
        decision_id = pricing.state.identities.decision(row, sequence)
        found.append((place, missing_ack(catalogue, row, decision_id, int(now[place]))))
    return found
