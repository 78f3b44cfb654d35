"""What people do here, for the pages and for the API alike: checked, written down, then sent.

What cannot be written down is not sent. Where Kafka does not answer, the entry says so: some of it
may have arrived.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import delete, select, update

from schemas.records.record import RecordError
from schemas.topics import decode
from schemas.values.instants import to_ms
from streams.errors import InputError
from streams.steering.orders import TOPIC, now, order
from streams.web.access.audit import enter, unconfirmed, write_down
from streams.web.access.roles import Actor
from streams.web.api.problems import HttpProblem
from streams.web.context import Context
from streams.web.outbox import KafkaAwayError, OutboxRecord
from streams.web.store import drafts, reading
from streams.web.store.database import chunks, put, writing
from streams.web.store.tables.people import asked, audit
from streams.web.store.tables.shop import alerts, decisions, offers
from streams.web.store.tables.trade import quotes

POLICIES = "pricing-policies"


class Answered(NamedTuple):
    """Proposals whose answer was sent, and those that could not be answered, with the reason."""

    sent: list[str]
    refused: list[tuple[str, str]]


async def send(context: Context, letters: Sequence[OutboxRecord]) -> None:
    """Write to Kafka; an HttpProblem where it does not answer."""
    try:
        await context.outbox.send(letters)
    except KafkaAwayError as error:
        raise HttpProblem(503, f"Kafka does not answer, and nothing was done: {error}") from None


async def carry_out(
    context: Context,
    letters: Sequence[OutboxRecord],
    actor: Actor,
    action: str,
    target: str,
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write down what somebody does, and send it; an HttpProblem where Kafka does not answer."""
    entry = await asyncio.to_thread(
        write_down, context.store, actor.name, action, target, reason, detail
    )
    await _send_entered(context, letters, entry)


async def _send_entered(context: Context, letters: Sequence[OutboxRecord], entry: int) -> None:
    try:
        await send(context, letters)
    except HttpProblem:
        await asyncio.to_thread(unconfirmed, context.store, entry)
        raise


async def command(
    context: Context, actor: Actor, kind: str, target: str, reason: str = "", **fields: Any
) -> None:
    """One command to the pricer; an HttpProblem names the field that is wrong."""
    try:
        key, value = order(
            kind, actor.name, reason=reason or None, time=now(context.summary.counted.now), **fields
        )
    except InputError as error:
        raise HttpProblem(422, str(error)) from None
    letter = OutboxRecord(TOPIC, None if key is None else key.encode(), value)
    await carry_out(context, [letter], actor, kind, target, reason, {**fields, "kind": kind})


async def answer(
    context: Context, actor: Actor, ids: Sequence[str], kind: str, reason: str = ""
) -> Answered:
    """Approve or reject proposals. One that is open no more is refused, and the others are sent."""
    refused = await asyncio.to_thread(_refused, context, actor, ids, kind)
    letters, at = {}, now(context.summary.counted.now)
    for each in dict.fromkeys(ids):
        if each in refused:
            continue
        try:
            _, value = order(kind, actor.name, decision_id=each, reason=reason or None, time=at)
        except InputError as error:
            refused[each] = str(error)
            continue
        letters[each] = OutboxRecord(TOPIC, None, value)
    late, entry = await asyncio.to_thread(_claim, context, actor, list(letters), kind, reason)
    refused |= late
    sent = [each for each in letters if each not in refused]
    if entry is not None:
        try:
            await _send_entered(context, [letters[each] for each in sent], entry)
        except HttpProblem:
            await asyncio.to_thread(_release, context, sent)
            raise
    return Answered(sent, list(refused.items()))


def _refused(context: Context, actor: Actor, ids: Sequence[str], kind: str) -> dict[str, str]:
    open_ones: dict[str, str] = {}
    known: set[str] = set()
    pending: dict[str, str] = {}
    with context.store.connect() as connection:
        for part in chunks(list(ids)):
            rows = connection.execute(
                select(offers.c.proposal_id, offers.c.policy_id).where(
                    offers.c.proposal_id.in_(part)
                )
            )
            open_ones |= {row.proposal_id: row.policy_id for row in rows}
            rows = connection.execute(
                select(quotes.c.decision_id, quotes.c.policy_id).where(
                    quotes.c.decision_id.in_(part), quotes.c.status == "proposed"
                )
            )
            open_ones |= {row.decision_id: row.policy_id for row in rows}
            for table in (decisions, quotes):
                found = select(table.c.decision_id).where(table.c.decision_id.in_(part))
                known.update(connection.execute(found).scalars())
            waits = select(asked.c.decision_id, asked.c.actor).where(asked.c.decision_id.in_(part))
            pending |= {row.decision_id: row.actor for row in connection.execute(waits)}
        own = _own_policies(context, actor) if kind == "approve" else set()
    refused = {}
    for each in ids:
        if each not in open_ones:
            refused[each] = (
                "superseded: a later decision has taken its place"
                if each in known
                else "there is no such proposal"
            )
        elif each in pending:
            refused[each] = f"answered already, by {pending[each]}"
        elif open_ones[each] in own:
            refused[each] = "who has changed a policy may not approve what it proposes"
    return refused


def _own_policies(context: Context, actor: Actor) -> set[str]:
    """Policies whose current version this actor has written, where a second pair of eyes is asked
    for. Who put another's draft in force was that second pair, and may approve.
    """
    if not context.rules.four_eyes:
        return set()
    with context.store.connect() as connection:
        found = connection.execute(
            select(audit.c.target, audit.c.actor, audit.c.detail)
            .where(audit.c.action == "policy")
            .order_by(audit.c.id)
        )
        last = {
            row.target: msgspec.json.decode(row.detail).get("author", row.actor) for row in found
        }
    return {target for target, by in last.items() if by == actor.name}


def _claim(
    context: Context, actor: Actor, ids: Sequence[str], kind: str, reason: str
) -> tuple[dict[str, str], int | None]:
    """Write down who answers which proposals; returns those that another has answered just before,
    and the audit's entry of the others.
    """
    answer = {"answer": kind, "actor": actor.name, "time": time.time_ns() // 1_000_000}
    refused: dict[str, str] = {}
    with writing(context.store).begin() as connection:
        for part in chunks(ids):
            rows = [{"decision_id": each, **answer} for each in part]
            put(connection, asked, rows, by=["decision_id"], replace=False)
            found = connection.execute(select(asked).where(asked.c.decision_id.in_(part)))
            refused |= {
                row.decision_id: f"answered already, by {row.actor}"
                for row in found.mappings()
                if any(row[name] != said for name, said in answer.items())
            }
        ours = [each for each in ids if each not in refused]
        if not ours:
            return refused, None
        target = ours[0] if len(ours) == 1 else f"{len(ours)} proposals"
        detail = {} if len(ours) == 1 else {"decision_ids": ours}
        return refused, enter(connection, actor.name, kind, target, reason, detail)


def _release(context: Context, ids: Sequence[str]) -> None:
    """Let proposals be answered again whose answer was not sent."""
    with writing(context.store).begin() as connection:
        for part in chunks(ids):
            connection.execute(delete(asked).where(asked.c.decision_id.in_(part)))


async def publish_policy(
    context: Context, actor: Actor, document: Mapping[str, Any], reason: str
) -> str:
    """Publish a version of a policy, a draft as an active one; returns its id.

    An HttpProblem names the field that is wrong, or says that a second person is needed.
    """
    if document.get("status") == "draft":
        document = {**document, "status": "active"}
    try:
        encoded = msgspec.json.encode(document)
        policy = decode(POLICIES, encoded)
    except (RecordError, UnicodeEncodeError) as error:
        raise HttpProblem(422, str(error)) from None
    author = await asyncio.to_thread(_drafted_by, context, actor, policy.policy_id, document)
    if context.rules.four_eyes and author is None:
        raise HttpProblem(
            403, "Somebody else must have kept this very policy as a draft before it takes effect."
        )
    detail = {
        "version": policy.version,
        "status": policy.status,
        "author": actor.name if author is None else author,
    }
    letter = OutboxRecord(POLICIES, policy.policy_id.encode(), encoded)
    await carry_out(context, [letter], actor, "policy", policy.policy_id, reason, detail)
    await asyncio.to_thread(drafts.drop, context.store, policy.policy_id)
    return str(policy.policy_id)


async def answer_plan(context: Context, actor: Actor, plan_id: str, *, start: bool) -> None:
    """Start a planned promotion, or decline it: its record goes to `promotions`.

    An HttpProblem says why it cannot be done: there is no such plan, its time has come, it was
    answered already, or, where a second pair of eyes is asked for, the policy is this actor's own.
    """
    plan = await asyncio.to_thread(_open_plan, context, actor, plan_id, start=start)
    value = plan if start else {**plan, "cancelled": True}
    letter = OutboxRecord("promotions", plan_id.encode(), msgspec.json.encode(value))
    action = "start promotion" if start else "decline promotion"
    detail = {"sku": plan.get("sku"), "channel": plan.get("channel")}
    await carry_out(context, [letter], actor, action, plan_id, detail=detail)


def _open_plan(context: Context, actor: Actor, plan_id: str, *, start: bool) -> dict[str, Any]:
    with context.store.connect() as connection:
        plan = reading.document(connection, "promotion-plans", plan_id)
        promotion = reading.document(connection, "promotions", plan_id)
    if plan is None or "promotion_id" not in plan:
        raise HttpProblem(404, "There is no such plan.")
    if promotion is not None:
        raise HttpProblem(409, "This plan was answered already.")
    if to_ms(plan["starts_at"]) <= (context.summary.counted.now or 0):
        raise HttpProblem(409, "Its time has come: the next round plans anew.")
    if start and plan.get("policy_id") in _own_policies(context, actor):
        raise HttpProblem(403, "Who has changed a policy may not start what it plans.")
    return plan


def _drafted_by(
    context: Context, actor: Actor, policy_id: str, document: Mapping[str, Any]
) -> str | None:
    """Whose draft this actor puts in force, as it is; None where it is nobody else's."""
    with context.store.connect() as connection:
        kept = drafts.listed(connection, policy_id)
    wanted = _substance(document)
    authors = [each["actor"] for each in kept if _substance(each["document"]) == wanted]
    # two may have kept the same: the first of them wrote it
    return next((name for name in reversed(authors) if name != actor.name), None)


def _substance(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in ("version", "status")}


def keep_draft(
    context: Context, actor: Actor, policy_id: str, document: Mapping[str, Any], reason: str
) -> int:
    """Keep a policy for somebody to put in force; returns the draft's number."""
    number = drafts.save(context.store, policy_id, document, actor.name, reason)
    write_down(context.store, actor.name, "draft", policy_id, reason, {"draft": number})
    return number


def acknowledge(context: Context, actor: Actor, kind: str) -> int:
    """Take note of all open alerts of a kind; returns how many."""
    with writing(context.store).begin() as connection:
        done = connection.execute(
            update(alerts)
            .where(alerts.c.kind == kind, alerts.c.acknowledged_at.is_(None))
            .values(acknowledged_by=actor.name, acknowledged_at=time.time_ns() // 1_000_000)
        )
    write_down(context.store, actor.name, "acknowledge", kind, "", {"number": done.rowcount})
    return done.rowcount
