"""What the fold itself must not pass over in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from online_models.demand.networks.champions import Notice
from online_models.fold.state import State
from online_models.journal.outputs import Output
from online_models.windows.price_evidence import Contradictions
from schemas.values.instants import to_text as instant_text
from schemas.values.limits import readable
from schemas.values.money import texts

#: Notices that are about the shop, or about offers that they name.
_OF_NO_PART = frozenset({"model_rejected", "prices_not_applied", "unknown_policy_field"})
#: Offers that an alert names.
NAMED = 10
#: Kind → what it says of one since the last tick, and of more.
MESSAGES = {
    "late_event": (
        "1 event came after its bucket had closed; it was not learnt from",
        "{} events came after their bucket had closed; they were not learnt from",
    ),
    "duplicate_event": (
        "1 event had an event_id of the week before and was ignored",
        "{} events had an event_id of the week before and were ignored",
    ),
    "late_correction": (
        "1 cancellation or return found no order in an open bucket",
        "{} cancellations or returns found no order in an open bucket",
    ),
    "unknown_name": (
        "1 event named a product without a record, or a channel, beyond what is remembered of such;"
        " it was ignored",
        "{} events named products without a record, or channels, beyond what is remembered of such;"
        " they were ignored",
    ),
    "unknown_offer": (
        "1 order or click named a channel that neither the product's record nor an active policy"
        " opens; it was ignored",
        "{} orders or clicks named channels that neither their product's record nor an active"
        " policy opens; they were ignored",
    ),
    "currency_mismatch": (
        "1 event was in another currency than its product",
        "{} events were in another currency than their product",
    ),
    "currency_changed": (
        "1 product record was in another currency than before, and ignored",
        "{} product records were in another currency than before, and ignored",
    ),
    "out_of_order_rival": (
        "1 competitor price was older than the one in force",
        "{} competitor prices were older than the one in force",
    ),
    "out_of_order_inventory": (
        "1 stock count was older than the one in force",
        "{} stock counts were older than the one in force",
    ),
    "unknown_ack": (
        "1 acknowledgement named a decision that was never made",
        "{} acknowledgements named decisions that were never made",
    ),
    "unknown_forecast": (
        "1 forecast was of an offer that no product record opens; it was ignored",
        "{} forecasts were of offers that no product record opens; they were ignored",
    ),
    "late_forecast": (
        "1 forecast came after its windows had begun, or was no longer valid; it was ignored",
        "{} forecasts came after their windows had begun, or were no longer valid; they were"
        " ignored",
    ),
    "flat_forecast": (
        "1 forecast said that demand does not fall in its own price; only its level is used",
        "{} forecasts said that demand does not fall in its own price; only their levels are used",
    ),
    "unusable_forecast": (
        "1 forecast was for a price of nothing; it was ignored",
        "{} forecasts were for a price of nothing; they were ignored",
    ),
    "surplus_forecast": (
        "1 forecast was of one model more than are mixed at a time; it was ignored",
        "{} forecasts were of more models than are mixed at a time; they were ignored",
    ),
    "unknown_quote": (
        "1 outcome was of a quote that was never made, or is over; it was ignored",
        "{} outcomes were of quotes that were never made, or are over; they were ignored",
    ),
    "unpriced_outcome": (
        "1 outcome did not say at which price a quote was decided that was not made at its own",
        "{} outcomes did not say at which price quotes were decided that were not made at their"
        " own",
    ),
    "untimely_control": (
        "1 control record came before any event gave the time, for no offer",
        "{} control records came before any event gave the time, for no offer",
    ),
    "feed_gap": (
        "1 empty window was taken for an outage and not learnt as silence",
        "{} empty intervals were taken for an outage and not learnt as silence",
    ),
}


def counted(state: State, now: int) -> list[Output]:
    """An alert per kind that was counted since the last tick."""
    for tumbling in (state.windows.coarse, state.windows.fine):
        state.count("late_event", tumbling.late)
        state.count("feed_gap", tumbling.skipped)
        tumbling.late = tumbling.skipped = 0
    outputs = [
        alert(kind, _of_part(state, message(kind, number)), now, {"count": number})
        for kind in MESSAGES
        if (number := state.counts.get(kind))
    ]
    state.counts.clear()
    return outputs


def message(kind: str, number: int) -> str:
    """The sentence for so many of a kind."""
    one, many = MESSAGES[kind]
    return one if number == 1 else many.format(f"{number:,}")


def _of_part(state: State, words: str, kind: str | None = None) -> str:
    """The words, and which part of the shop they are about, where there are several: the others may
    say the same of theirs. Some kinds of notices are not about a part.
    """
    return words if kind in _OF_NO_PART else words + state.settings.named_part


def models(state: State, now: int) -> list[Output]:
    """What became of networks since the last tick: rejected, promoted, degraded."""
    notices = state.notices + state.demand.deep.drain()
    state.notices.clear()
    outputs = [
        alert(n.kind, _of_part(state, n.message, n.kind), now, n.details, n.severity)
        for n in notices
    ]
    for row, detector in state.demand.watch.drain():
        category = state.catalogue.category_names[row - 1] if row else ""
        named = category or "offers without a category"
        message = f"{detector}: the demand of {named} has left its forecasts"
        details = {"category": category, "detector": detector}
        outputs.append(alert("model_degraded", _of_part(state, message), now, details))
    return outputs


def note_unapplied(state: State, found: Contradictions) -> None:
    """Let the next alerts name the channels whose shoppers met other prices than those in force."""
    if not len(found.rows):
        return
    offers, again_ms = state.catalogue.offers, state.settings.pricing.alert_again_ms
    channels = offers.channel[found.rows]
    for channel in state.price_evidence.due(channels, state.clock.now, again_ms):
        rows, paid = found.rows[channels == channel], found.paid[channels == channel]
        state.notices.append(_unapplied(state, channel, rows.tolist(), paid.tolist()))


def _unapplied(state: State, channel: int, rows: list[int], paid: list[float]) -> Notice:
    catalogue, examples = state.catalogue, []
    for row, price in zip(rows[:NAMED], paid, strict=False):
        digits = int(catalogue.skus.digits[catalogue.offers.sku[row]])
        in_force, shown = texts([int(state.pricing.ledger.price[row]), round(price)], digits)
        sku = catalogue.offer_name(row)[0]
        examples.append({"sku": sku, "price": in_force, "shown": shown})
    name, first = catalogue.channel_names[channel], examples[0]
    message = (
        f"the shop does not apply the prices of channel {name}: {first['sku']}, for one, was sold"
        f" or shown at {first['shown']} where {first['price']} is in force. What is paid is learnt"
        " from"
    )
    details = {"channel": name, "count": len(rows), "offers": examples}
    return Notice("prices_not_applied", message, details)


def anomalies(state: State, now: int) -> list[Output]:
    """What the cleaning has found, an alert per offer (or product) and trouble."""
    catalogue = state.catalogue

    def money(by_sku: bool, row: int) -> Callable[[int], str]:
        sku = row if by_sku else int(catalogue.offers.sku[row])
        digits = int(catalogue.skus.digits[sku])
        return lambda minor: texts([minor], digits)[0]

    outputs = []
    for found in state.cleaning.warnings(now, money):
        sku, channel = (
            (catalogue.sku_names[found.row], None)
            if found.by_sku
            else catalogue.offer_name(found.row)
        )
        value = {
            "kind": found.kind,
            "severity": "warning",
            "sku": sku,
            "channel": channel,
            "message": found.message,
            "time": instant_text(now),
            "details": found.details,
        }
        encoded = msgspec.json.encode(value)
        outputs.append(Output("pricing-alerts", sku.encode(), encoded, now))
    return outputs


def alert(
    kind: str, message: str, now: int, details: dict[str, Any], severity: str = "warning"
) -> Output:
    """A `pricing-alerts` record that concerns no single offer."""
    value = {
        "kind": kind,
        "severity": severity,
        "message": readable(message),
        "time": instant_text(now),
        "details": details,
    }
    return Output("pricing-alerts", kind.encode(), msgspec.json.encode(value), now)
