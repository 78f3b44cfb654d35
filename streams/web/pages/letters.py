"""Dead letters: what was refused and why; and one, mended and sent again."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from streams.redrive.by_hand import OpenedLetter
from streams.web import redriving
from streams.web.api.letters import Offset, Partition
from streams.web.api.notices import Number
from streams.web.api.problems import LOOK, STEER, HttpProblem
from streams.web.context import context_of
from streams.web.pages.forms import STEERS, Filled
from streams.web.pages.rendering import page, query
from streams.web.store import reading
from streams.web.words.letters import meaning

router = APIRouter(dependencies=[LOOK])
ROWS = 100


@router.get("/dead-letters")
def dead_letters(
    request: Request,
    topic: Annotated[str, Query(max_length=400)] = "",
    before: Number = None,
    sent: str = "",
) -> HTMLResponse:
    """What was refused: when, whence and why; never its content."""
    context = context_of(request)
    with context.store.connect() as connection:
        groups = reading.dead_letter_groups(connection)
        found = reading.dead_letters_latest(connection, topic, ROWS, before)
    following = found[-1]["id"] if len(found) == ROWS else None
    return page(
        request,
        "dead_letters.html",
        "Dead letters",
        groups=[{**row, "meaning": meaning(row["error"])} for row in groups],
        rows=found,
        topic=topic,
        following=following,
        senders=redriving.senders(context, found),
        target=redriving.target,
        sent=bool(sent),
    )


@router.get("/dead-letters/{partition}/{offset}", dependencies=[STEER])
async def dead_letter(request: Request, partition: Partition, offset: Offset) -> HTMLResponse:
    """A letter's content, to be mended."""
    found = await redriving.open_letter(context_of(request), partition, offset)
    return await asyncio.to_thread(_shown, request, found, _text(found))


@router.post("/dead-letters/{partition}/{offset}")
async def mend(
    request: Request, partition: Partition, offset: Offset, form: Annotated[Filled, STEERS]
) -> Response:
    """Say what the border would answer, or send it again."""
    context = context_of(request)
    found = await redriving.open_letter(context, partition, offset)
    edited = None if found.shown is None else form.text("value")
    text, reason = edited or "", form.text("reason")
    if form.text("what") == "send":
        reason = form.required("reason", "A reason")
        try:
            await redriving.send_again(context, form.actor, found, edited, reason)
        except HttpProblem as error:
            if error.status != 422:
                raise
            return await asyncio.to_thread(_shown, request, found, text, error.detail, reason)
        return RedirectResponse("/dead-letters" + query(sent="1"), 303)
    problem = await redriving.check(context, found, edited)
    return await asyncio.to_thread(_shown, request, found, text, problem or "", reason)


def _text(letter: OpenedLetter) -> str:
    held = letter.shown or b""
    try:
        return msgspec.json.format(held, indent=2).decode()
    except ValueError:
        return held.decode()


def _shown(
    request: Request,
    letter: OpenedLetter,
    text: str,
    problem: str | None = None,
    reason: str = "",
) -> HTMLResponse:
    """problem: what the border says of the text; empty where it takes it, None where not asked."""
    return page(
        request,
        "dead_letter.html",
        "A dead letter",
        status=422 if problem else 200,
        letter=letter.letter,
        meaning=meaning(letter.letter.reason),
        text=text,
        editable=letter.shown is not None,
        gone=letter.record is None,
        sent=letter.sent,
        problem=problem,
        reason=reason,
        hides=letter.record is not None and letter.shown not in (None, letter.record.value),
    )
