"""Human orders: the kill switch, verdicts on proposals, manual prices, rollbacks, withdrawals."""

from __future__ import annotations

import msgspec
import numpy as np

from online_models.journal.outputs import Output
from online_models.pricing.context.decision_context import Ints
from online_models.pricing.contracts.contract_offers import ended as contract_ended
from online_models.pricing.decision.sources import APPROVED, REJECTED
from online_models.pricing.personal.public_moves import ended
from online_models.pricing.pricing import Pricing
from online_models.pricing.segments.personal_offers import withdrawn
from online_models.pricing.state.kill_switch import priced, release
from online_models.pricing.state.shoppers import named
from online_models.shop.catalogue import NEVER, NO_PRICE
from schemas.records.policy.selection import Selector
from schemas.records.pricing_control import (
    Approve,
    ForgetCustomer,
    Pause,
    Reject,
    Resume,
    Rollback,
    SetPrice,
)
from schemas.values.instants import to_text
from schemas.values.money import scaled

Effect = tuple[Ints, list[Output]]
Order = Pause | Resume | Approve | Reject | SetPrice | Rollback | ForgetCustomer


def apply_command(pricing: Pricing, record: Order, now: int, part: int | None = None) -> Effect:
    """Take an order down, which the decisions that follow carry out; returns the offers to decide
    anew, and alerts. `part`: which of the shop's partitions this is; None: there is no other.
    """
    pricing.grow()
    if isinstance(record, (Pause, Resume)):
        return pricing.kill_switch.turn(record), []
    if isinstance(record, SetPrice):
        return _set_price(pricing, record, now)
    if isinstance(record, Rollback):
        return _rollback(pricing, record, now, part)
    if isinstance(record, ForgetCustomer):
        return np.zeros(0, dtype=np.int64), _forget(pricing, record.customer_id, now)
    return _judge(pricing, record, now)


def _forget(pricing: Pricing, customer_id: str, now: int) -> list[Output]:
    """Drop what is known of a customer, and end what they are offered."""
    customer = named(customer_id)
    outputs = withdrawn(pricing, customer, now)
    pricing.shoppers.forget(customer)
    for sku, terms in pricing.state.trade.contracts.forget(customer_id):
        outputs += contract_ended(pricing, sku, terms, now)
    return outputs + ended(pricing, customer, now)


def _priced(pricing: Pricing, selector: Selector) -> Ints:
    return priced(pricing.state.catalogue, pricing.ledger, selector)


def _set_price(pricing: Pricing, record: SetPrice, now: int) -> Effect:
    catalogue, ledger = pricing.state.catalogue, pricing.ledger
    sku = catalogue.sku_names.index.get(record.sku, -1)
    channel = catalogue.channel_names.index.get(record.channel, -1)
    row = catalogue.offer(sku, channel)
    if sku < 0 or not catalogue.skus.known[sku]:
        return _ignored(record, record.sku, "no product has this SKU", now)
    if row < 0 or ledger.price[row] == NO_PRICE:
        return _ignored(record, record.sku, f"no price on channel {record.channel}", now)
    currency = catalogue.currency_names[catalogue.skus.currency[sku]]
    if record.currency not in (None, currency):
        message = f"the product is priced in {currency}, not {record.currency}"
        return _ignored(record, record.sku, message, now)
    price = scaled(record.price, int(catalogue.skus.digits[sku]))
    if price < 1:
        return _ignored(record, record.sku, "the price is not above zero", now)
    rows = np.array([row], dtype=np.int64)
    release(pricing.ledger, pricing.notes, rows)
    _drop_proposals(pricing, rows)
    ledger.override_price[row] = price
    ledger.override_until[row] = NEVER if record.until is None else record.until
    ledger.override_forced[row] = record.force
    said = {
        "actor": record.actor,
        "reason": record.reason,
        "until": None if record.until is None else to_text(record.until),
        "force": True if record.force else None,
    }
    pricing.notes.write("override", [row], said)
    return rows, []


def _rollback(pricing: Pricing, record: Rollback, now: int, part: int | None) -> Effect:
    """Prices as of a time, the changes of that very instant included; a decision's id means the
    price it made or left in force, and for other selected offers the time since which it was.
    Without a selector an id concerns its own offer alone. What is not on record any more, or not
    yet, is left alone, with an alert. What was forced past the guardrails is undone at once,
    whatever the pace that they set.
    """
    ledger, history = pricing.ledger, pricing.history
    named: dict[int, int] = {}
    alerts: list[Output] = []
    if isinstance(record.to, int):
        instant, rows = record.to, _priced(pricing, record.select)
        if instant > now:
            # all partitions meet this; the first says so, whatever it has of the selected offers
            says_so = len(rows) if part is None else part == 0
            ignored = _ignored(record, None, f"{to_text(instant)} is yet to come", now)
            return ignored if says_so else (rows[:0], [])
    else:
        found = pricing.published(record.to)
        made = found and history.of_decision(int(ledger.history_entry[found[0]]), found[1], now)
        if found is None or made is None:
            return _unknown(pricing, record, record.to, now)
        named, instant = {found[0]: made[0]}, made[1]
        own = record.select == Selector()
        rows = np.array([found[0]]) if own else _priced(pricing, record.select)
        if not own and part is not None:
            alerts += _partial(record, instant, now)
    restored: dict[int, int] = {}
    for row in rows.tolist():
        price = named.get(row) or history.at(int(ledger.history_entry[row]), instant, now)
        if price is None:
            message = f"the price of {to_text(instant)} is no longer on record"
            sku = pricing.state.catalogue.offer_name(row)[0]
            alerts += _ignored(record, sku, message, now)[1]
        else:
            restored[row] = price
    rows = np.array(list(restored), dtype=np.int64)
    ledger.rollback_price[rows] = list(restored.values())
    _drop_proposals(pricing, rows)
    ledger.override_price[rows] = NO_PRICE
    ledger.override_until[rows] = NEVER
    ledger.override_forced[rows] = False
    to = to_text(record.to) if isinstance(record.to, int) else record.to
    said = {"actor": record.actor, "reason": record.reason, "to": to}
    said["holds"] = "until a policy version, a control record or resume releases it"
    pricing.notes.write("rollback", rows.tolist(), said)
    forced = rows[ledger.price_forced[rows]]
    pricing.notes.write("rollback", forced.tolist(), {**said, "undoes": "a forced price, at once"})
    return rows, alerts


def _partial(record: Rollback, instant: int, now: int) -> list[Output]:
    """A decision is known to its own partition alone, so that selected offers of others are not
    reached: said with the time that reaches them all.
    """
    message = (
        "to a decision's id it reaches the selected offers of one partition of several; "
        f"send it to the time since which that price was in force, {to_text(instant)}, "
        "to reach them all"
    )
    return [_alert("control_partial", record, None, message, now)]


def _judge(pricing: Pricing, record: Approve | Reject, now: int) -> Effect:
    ledger = pricing.ledger
    found = pricing.state.identities.parse(record.decision_id)
    if found is None or int(ledger.proposal[found[0]]) != found[1]:
        return _unknown(pricing, record, record.decision_id, now)
    row = found[0]
    if now >= ledger.proposal_expires[row]:
        _, alerts = _unknown(pricing, record, record.decision_id, now)
        return np.array([row], dtype=np.int64), alerts
    approved = isinstance(record, Approve)
    ledger.verdict[row] = APPROVED if approved else REJECTED
    if approved:
        # it may have to wait for a pause, a freeze or a cooldown, but no longer for anyone's word
        ledger.proposal_expires[row] = NEVER
    said = {"proposal": record.decision_id, "actor": record.actor, "reason": record.reason}
    pricing.notes.write("approved" if approved else "rejected", [row], said)
    rows = np.array([row], dtype=np.int64)
    release(pricing.ledger, pricing.notes, rows)
    return rows, []


def _drop_proposals(pricing: Pricing, rows: Ints) -> None:
    pricing.ledger.proposal[rows] = -1
    pricing.ledger.proposal_expires[rows] = NEVER
    pricing.ledger.verdict[rows] = 0


def _unknown(pricing: Pricing, record: Order, decision_id: str, now: int) -> Effect:
    """Only the partition that would have made a decision is asked about it."""
    found = pricing.state.identities.parse(decision_id)
    if found is None:
        return _ignored(record, None, f"no offer has a decision {decision_id}", now)
    message = f"decision {decision_id} is no open proposal, nor a change that is still on record"
    return _ignored(record, pricing.state.catalogue.offer_name(found[0])[0], message, now)


def _ignored(record: Order, sku: str | None, message: str, now: int) -> Effect:
    """An order that cannot be carried out is said to be so, and whose it was."""
    return np.zeros(0, dtype=np.int64), [_alert("control_ignored", record, sku, message, now)]


def _alert(kind: str, record: Order, sku: str | None, message: str, now: int) -> Output:
    value = {
        "kind": kind,
        "severity": "warning",
        **({} if sku is None else {"sku": sku}),
        "message": f"{record.kind}: {message}",
        "time": to_text(now),
        "details": {
            "order": record.kind,
            "actor": record.actor,
            **({} if record.event_id is None else {"event_id": record.event_id}),
        },
    }
    key = kind.encode() if sku is None else sku.encode()
    return Output("pricing-alerts", key, msgspec.json.encode(value), now)
