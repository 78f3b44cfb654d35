"""`price-changes`, `price-decisions` and `price-acks`: what an offer costs, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, select, update

from schemas.values.money import to_minor
from streams.web.store.database import chunks, put
from streams.web.store.intake.offer_rows import change_rows, ids_of, renew_margins
from streams.web.store.intake.record import Taken, instant, minor, packed, readable
from streams.web.store.retention import DECISIONS_KEPT, DECISIONS_TOO_MANY
from streams.web.store.tables.people import asked
from streams.web.store.tables.shop import changes, decisions, offers
from streams.web.store.tables.trade import quotes


class _Change(msgspec.Struct):
    decision_id: str
    revision: int
    sku: str
    channel: str
    price: str
    previous_price: str | None
    currency: str
    effective_at: str
    reason: str
    policy_id: str
    lowest_prior_price_30d: str | None


class _Expected(msgspec.Struct):
    profit: str


class _Decision(msgspec.Struct):
    decision_id: str
    sku: str
    channel: str
    price: str
    previous_price: str | None
    currency: str
    time: str
    outcome: str
    reason: str
    policy_id: str
    policy_version: int
    explanation: msgspec.Raw
    expected: _Expected | None = None
    expected_kept: _Expected | None = None


class _RuleStep(msgspec.Struct):
    rule: str


class _Ack(msgspec.Struct):
    decision_id: str
    sku: str
    status: str
    channel: str = "web"


#: What may keep a price while a proposal stands, by the first rule of the explanation: whatever
#: else a decision comes to, the pricer has dropped the proposal.
_BESIDE = {"paused", "refused_by_shop", "promotion", "regular_price", "holdout", "approved"}
_NO_PROPOSAL = dict.fromkeys(
    (
        "proposal_id",
        "proposed",
        "proposed_step",
        "proposed_gain",
        "proposed_at",
    )
)


def _step(price: int, previous: int | None) -> float | None:
    return (price - previous) / previous if previous else None


def take_changes(connection: Connection, records: Sequence[Taken]) -> None:
    """The price in force of each offer, and the path to it."""
    read = list(readable(records, _Change))
    ids = ids_of(connection, [(value.sku, value.channel) for _, value in read])
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    last: dict[int, dict[str, Any]] = {}
    for record, value in read:
        number = ids[value.sku, value.channel]
        try:
            price = to_minor(value.price, value.currency)
            previous = _minor(value.previous_price, value.currency)
            lowest = _minor(value.lowest_prior_price_30d, value.currency)
        except ValueError:
            continue
        time = instant(value.effective_at, record.timestamp)
        rows[number, value.revision] = {
            "offer_id": number,
            "decision_id": value.decision_id,
            "revision": value.revision,
            "time": time,
            "price": price,
            "previous": previous,
            "step": _step(price, previous),
            "reason": value.reason,
            "policy_id": value.policy_id,
        }
        if number not in last or last[number]["revision"] <= value.revision:
            last[number] = {
                "id": number,
                "currency": value.currency,
                "price": price,
                "previous": previous,
                "changed_at": time,
                "revision": value.revision,
                "lowest_30d": lowest,
                "acknowledged": None,
            }
    put(connection, changes, list(rows.values()), by=("offer_id", "revision"))
    change_rows(connection, list(last.values()))
    renew_margins(connection, list(last))


def take_decisions(connection: Connection, records: Sequence[Taken]) -> None:
    """Every decision with its explanation, and the offers' state as of their last one."""
    read = list(readable(records, _Decision))
    ids = ids_of(connection, [(value.sku, value.channel) for _, value in read])
    rows, last, kept = [], {}, dict.fromkeys(ids.values(), 0)
    proposals: dict[int, dict[str, Any]] = {}
    for record, value in read:
        number = ids[value.sku, value.channel]
        try:
            state = _state(number, value, instant(value.time, record.timestamp))
        except ValueError:
            continue
        rows.append(
            {
                "decision_id": value.decision_id,
                "offer_id": number,
                "time": state["decided_at"],
                "outcome": value.outcome,
                "gain": _gain(value),
                "body": packed(record.value or b""),
            }
        )
        last[number] = state
        kept[number] += 1
        if value.outcome == "proposed":
            proposals[number] = _proposal(number, value, state["decided_at"])
        elif not _stands(value):
            proposals[number] = {"id": number, **_NO_PROPOSAL}
    put(connection, decisions, rows, by=["decision_id"], replace=False)
    _first_prices(connection, read, ids)
    change_rows(connection, list(last.values()))
    change_rows(connection, list(proposals.values()))
    renew_margins(connection, list(last))
    _count_and_trim(connection, kept)
    still = select(offers.c.proposal_id).where(offers.c.proposal_id.is_not(None))
    quoted = select(quotes.c.decision_id).where(quotes.c.status == "proposed")
    gone = asked.c.decision_id.not_in(still), asked.c.decision_id.not_in(quoted)
    connection.execute(delete(asked).where(*gone))


def _state(number: int, value: _Decision, time: int) -> dict[str, Any]:
    to_minor(value.price, value.currency)  # a record without a price is no decision
    return {
        "id": number,
        "currency": value.currency,
        "outcome": value.outcome,
        "reason": value.reason,
        "policy_id": value.policy_id,
        "policy_version": value.policy_version,
        "decision_id": value.decision_id,
        "decided_at": time,
    }


def _stands(value: _Decision) -> bool:
    """Whether a proposal that was open before is open after this decision."""
    if value.outcome != "held":
        return False
    if value.reason == "awaiting_approval":
        return True
    rules = msgspec.json.decode(value.explanation, type=list[_RuleStep])
    return bool(rules) and rules[0].rule in _BESIDE


def _proposal(number: int, value: _Decision, time: int) -> dict[str, Any]:
    price = to_minor(value.price, value.currency)
    previous = _minor(value.previous_price, value.currency)
    return {
        "id": number,
        "proposal_id": value.decision_id,
        "proposed": price,
        "proposed_step": _step(price, previous),
        "proposed_gain": _gain(value),
        "proposed_at": time,
    }


def _gain(value: _Decision) -> int | None:
    if value.expected is None or value.expected_kept is None:
        return None
    # models that were carried far from what they have seen may expect more than any amount
    expected = minor(value.expected.profit, value.currency)
    kept = minor(value.expected_kept.profit, value.currency)
    return None if expected is None or kept is None else expected - kept


def _first_prices(
    connection: Connection, read: Sequence[tuple[Taken, _Decision]], ids: dict[Any, int]
) -> None:
    """An offer whose price never changed has the one that its decisions found."""
    found = {}
    for _, value in read:
        before = value.previous_price
        text = before if value.outcome == "proposed" or before is not None else value.price
        if text is not None:
            found[ids[value.sku, value.channel]] = to_minor(text, value.currency)
    statement = (
        update(offers)
        .where(offers.c.id == bindparam("id_"), offers.c.price.is_(None))
        .values(price=bindparam("price_"))
    )
    if found:
        connection.execute(statement, [{"id_": n, "price_": p} for n, p in found.items()])


def _count_and_trim(connection: Connection, kept: dict[int, int]) -> None:
    if not kept:
        return
    connection.execute(
        update(offers)
        .where(offers.c.id == bindparam("id_"))
        .values(kept=offers.c.kept + bindparam("more")),
        [{"id_": number, "more": more} for number, more in kept.items()],
    )
    full: list[int] = []
    for part in chunks(list(kept)):
        rows = connection.execute(
            select(offers.c.id).where(offers.c.id.in_(part), offers.c.kept > DECISIONS_TOO_MANY)
        )
        full += rows.scalars()
    for number in full:
        oldest = (
            select(decisions.c.id)
            .where(decisions.c.offer_id == number)
            .order_by(decisions.c.id.desc())
            .offset(DECISIONS_KEPT)
            .limit(1)
            .scalar_subquery()
        )
        connection.execute(
            delete(decisions).where(decisions.c.offer_id == number, decisions.c.id <= oldest)
        )
    change_rows(connection, [{"id": number, "kept": DECISIONS_KEPT} for number in full])


def take_acks(connection: Connection, records: Sequence[Taken]) -> None:
    """Whether the shop shows the price in force."""
    read = list(readable(records, _Ack))
    newest = {value.decision_id: value.status for _, value in read}
    found: dict[int, str] = {}
    for part in chunks(list(newest)):
        rows = connection.execute(
            select(changes.c.offer_id, changes.c.decision_id)
            .join(offers, offers.c.id == changes.c.offer_id)
            .where(changes.c.decision_id.in_(part), changes.c.revision == offers.c.revision)
        )
        found |= {number: newest[decision_id] for number, decision_id in rows}
    change_rows(
        connection, [{"id": number, "acknowledged": status} for number, status in found.items()]
    )


def _minor(text: str | None, currency: str) -> int | None:
    return None if text is None else to_minor(text, currency)
