"""Events by HTTP, for a shop without a Kafka client. The checks are those of the border."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Request

from schemas.topics import TOPICS
from streams.ingest.order import as_given
from streams.kafka.access import STEERING
from streams.kafka.kafka_record import LARGEST_VALUE, Record
from streams.web import actions
from streams.web.access.roles import Actor, Role
from streams.web.api.problems import HttpProblem, described
from streams.web.api.shapes import Accepted, RefusedEvent
from streams.web.border import border_for
from streams.web.context import Context, context_of
from streams.web.outbox import OutboxRecord

router = APIRouter(tags=["events"])
#: Events of one request.
MOST = 10_000
INPUTS = tuple(name for name, topic in TOPICS.items() if topic.direction == "in")


@router.post("/events/{topic}", status_code=202, responses=described(404, 413, 503))
async def post_events(
    request: Request,
    topic: str,
    events: Annotated[dict[str, Any] | list[dict[str, Any]], Body()],
) -> Accepted:
    """Write an event, or a list of them, to an input topic.

    Each event is checked as the pricer's own border does. What is refused is listed with the reason
    that its dead letter would give, and the others are taken; 422 where none is. An event with an
    `event_id` may be posted again: it counts once.
    """
    actor: Actor | None = request.state.actor
    if topic not in INPUTS:
        raise HttpProblem(404, f"Input topics are {', '.join(INPUTS)}.")
    role: Role = "steer" if topic in STEERING else "feed"
    if actor is None or not actor.may(role):
        raise HttpProblem(403, f"This needs the role {role}.")
    if role == "steer" and context_of(request).rules.four_eyes:
        raise HttpProblem(
            403, "Four eyes are asked for: use the paths for proposals, policies and prices."
        )
    several = events if isinstance(events, list) else [events]
    if len(several) > MOST:
        raise HttpProblem(413, f"A request may have {MOST:,} events.")
    context = context_of(request)
    values = [_encoded(event) for event in several]
    refused = await asyncio.to_thread(_refused, context, topic, several, values)
    letters = [
        OutboxRecord(topic, _key(topic, event), value)
        for index, (event, value) in enumerate(zip(several, values, strict=True))
        if index not in refused
    ]
    shown = [RefusedEvent(index=index, error=error) for index, error in sorted(refused.items())]
    if several and not letters:
        raise HttpProblem(
            422, shown[0].error, accepted=0, refused=[each.model_dump() for each in shown]
        )
    if role == "steer":
        detail = {"events": len(letters)}
        await actions.carry_out(context, letters, actor, "post", topic, detail=detail)
    else:
        await actions.send(context, letters)
    return Accepted(accepted=len(letters), refused=shown)


def _refused(
    context: Context, topic: str, events: Sequence[dict[str, Any]], values: Sequence[bytes]
) -> dict[int, str]:
    """Index of each event that the border refuses → why."""
    decoder = border_for(context, events)
    now = time.time_ns() // 1_000_000
    records = [
        Record(topic, 0, index, _key(topic, event), value, now)
        for index, (event, value) in enumerate(zip(events, values, strict=True))
    ]
    dead = decoder.decode(as_given(records)).dead
    refused = {letter.record.offset: letter.error for _, letter in dead}
    for index, value in enumerate(values):
        if len(value) > LARGEST_VALUE:
            refused[index] = f"value has {len(value)} bytes, more than {LARGEST_VALUE} allowed"
    return refused


def _encoded(event: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(event)
    except UnicodeEncodeError:
        # half of a pair of UTF-16, as a text that was cut within an emoji has: the border refuses
        # what it came as
        return json.dumps(event).encode()


def _key(topic: str, event: dict[str, Any]) -> bytes | None:
    try:
        key = TOPICS[topic].key_of(event)
    except KeyError:
        return None
    return key.encode("utf-8", "replace") if isinstance(key, str) else None
