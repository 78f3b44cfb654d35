"""Dead letters: what was refused, and sending it again, mended or as it came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from streams.web import redriving
from streams.web.access.roles import Actor
from streams.web.api import rows
from streams.web.api.notices import Number
from streams.web.api.offers import Limit
from streams.web.api.problems import LOOK, STEER, described
from streams.web.api.shapes import (
    DeadLetterPage,
    DeadLetterShape,
    EditedLetter,
    LetterCheck,
    LetterContent,
    LetterToSend,
    Ordered,
)
from streams.web.context import context_of
from streams.web.store import reading

router = APIRouter(tags=["dead letters"])
Partition = Annotated[int, Path(ge=0, lt=2**31)]
Offset = Annotated[int, Path(ge=0, lt=2**63)]
ONE = "/dead-letters/{partition}/{offset}"


@router.get("/dead-letters", dependencies=[LOOK], responses=described())
def list_dead_letters(
    request: Request,
    topic: Annotated[str, Query(max_length=400)] = "",
    limit: Limit = 100,
    before: Number = None,
) -> DeadLetterPage:
    """Dead letters, newest first, never with their content."""
    context = context_of(request)
    with context.store.connect() as connection:
        found = reading.dead_letters_latest(connection, topic, limit, before)
    sent = redriving.senders(context, found)
    following = found[-1]["id"] if len(found) == limit else None
    return DeadLetterPage(items=[_shape(row, sent) for row in found], next=following)


def _shape(row: Mapping[str, Any], sent: Mapping[str, str]) -> DeadLetterShape:
    same = ("partition", "offset", "source_topic", "source_partition", "source_offset", "error")
    names = ("source_topic", "source_partition", "source_offset")
    return DeadLetterShape(
        **{name: row[name] for name in same},
        time=rows.instant(row["time"]) or "",
        bytes=row["size"],
        sent_again_by=sent.get(redriving.target(*(row[name] for name in names))),
    )


@router.get(ONE, dependencies=[STEER], responses=described(404, 503))
async def get_dead_letter(request: Request, partition: Partition, offset: Offset) -> LetterContent:
    """The value of a dead letter, with hashes in place of names."""
    found = await redriving.open_letter(context_of(request), partition, offset)
    return LetterContent(
        source_topic=found.letter.topic,
        error=found.letter.reason,
        value=None if found.shown is None else found.shown.decode(),
        sent_again=found.sent,
    )


@router.post(ONE + "/check", dependencies=[STEER], responses=described(404, 503))
async def check_dead_letter(
    request: Request, partition: Partition, offset: Offset, edited: EditedLetter
) -> LetterCheck:
    """Whether it would be taken now; nothing is sent."""
    context = context_of(request)
    found = await redriving.open_letter(context, partition, offset)
    error = await redriving.check(context, found, edited.value)
    return LetterCheck(accepted=error is None, error=error)


@router.post(ONE + "/send", status_code=202, responses=described(404, 409, 503))
async def send_dead_letter(
    request: Request,
    partition: Partition,
    offset: Offset,
    edited: LetterToSend,
    actor: Annotated[Actor, STEER],
) -> Ordered:
    """Send it again, once; 409 where it was sent before, or is gone."""
    context = context_of(request)
    found = await redriving.open_letter(context, partition, offset)
    await redriving.send_again(context, actor, found, edited.value, edited.reason)
    return Ordered(kind=redriving.ACTION, target=redriving.place(found))
