"""Alerts, the audit log, exports, and the stream of what happens."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import Engine

from schemas.values.instants import to_text
from streams.web.access import audit
from streams.web.api import rows
from streams.web.api.offers import InOrder, Limit, Which
from streams.web.api.problems import LOOK, HttpProblem, described
from streams.web.api.shapes import AlertPage, OfferShape
from streams.web.context import Context, context_of
from streams.web.store import offer_search, reading

Answers = dict[int | str, dict[str, Any]]
router = APIRouter(tags=["notices"])
#: How often the stream looks whether the store has gone on, and how often it says that it lives.
LOOK_SECONDS = 0.25
ALIVE_SECONDS = 15.0
#: Streams at once: each is a connection that stays.
MOST_STREAMS = 100
CSV: Answers = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
EVENTS: Answers = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}
Number = Annotated[int | None, Query(ge=1, lt=2**63)]


@router.get("/alerts", dependencies=[LOOK], responses=described())
def list_alerts(
    request: Request,
    kind: Annotated[str, Query(max_length=100)] = "",
    all: bool = False,
    limit: Limit = 100,
    before: Number = None,
) -> AlertPage:
    """Alerts, newest first; those that somebody took note of only with `all`."""
    with context_of(request).store.connect() as connection:
        found = reading.alerts_like(connection, kind, open_only=not all, limit=limit, before=before)
    following = found[-1]["id"] if len(found) == limit else None
    return AlertPage(items=[rows.alert(row) for row in found], next=following)


@router.get(
    "/exports/offers.csv",
    dependencies=[LOOK],
    response_class=StreamingResponse,
    responses={**described(), **CSV},
)
def export_offers(request: Request, wanted: Which, order: InOrder) -> StreamingResponse:
    """All offers of a filter as CSV."""
    store = context_of(request).store
    return _csv("offers", _offers(store, wanted, order))


@router.get(
    "/exports/audit.csv",
    dependencies=[LOOK],
    response_class=StreamingResponse,
    responses={**described(), **CSV},
)
def export_audit(
    request: Request, q: Annotated[str, Query(max_length=400)] = ""
) -> StreamingResponse:
    """The audit log as CSV, newest first."""
    return _csv("audit", _audit(context_of(request).store, q))


def _offers(
    store: Engine, wanted: offer_search.Filter, order: offer_search.SortOrder
) -> Iterator[Sequence[Any]]:
    heads = [name for name in OfferShape.model_fields if name != "proposal"]
    yield [*heads, "proposed"]
    with store.connect() as connection:
        for row in offer_search.every(connection, wanted, order):
            fields = rows.offer_fields(row)
            yield [*(fields[name] for name in heads), rows.money(row, "proposed")]


def _audit(store: Engine, word: str) -> Iterator[Sequence[Any]]:
    yield ["time", "actor", "action", "target", "reason", "detail"]
    before: int | None = None
    while found := audit.entries(store, word, 500, before):
        for entry in found:
            time = to_text(entry.time)
            yield [time, entry.actor, entry.action, entry.target, entry.reason, entry.detail]
        before = found[-1].id


def _csv(name: str, lines: Iterable[Sequence[Any]]) -> StreamingResponse:
    def written() -> Iterator[str]:
        text = io.StringIO()
        writer = csv.writer(text)
        for line in lines:
            writer.writerow([_cell(value) for value in line])
            if text.tell() > 1 << 16:
                yield text.getvalue()
                text.seek(0)
                text.truncate()
        yield text.getvalue()

    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(written(), media_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: Any) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in "=+@\t\r" and text else text


@router.get(
    "/stream",
    dependencies=[LOOK],
    response_class=StreamingResponse,
    responses={**described(503), **EVENTS},
)
async def stream(
    request: Request,
    last_event_id: Annotated[str | None, Header(max_length=60)] = None,
) -> StreamingResponse:
    """Changes and alerts as server-sent events, as they come; `Last-Event-ID` goes on after it."""
    context = context_of(request)
    state = request.app.state
    if state.streams >= MOST_STREAMS:
        raise HttpProblem(503, "Too many streams are open.")
    start = _places(last_event_id)
    if start is None:
        start = await asyncio.to_thread(_newest, context)
    return StreamingResponse(
        _notices(request, context, start),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


def _places(event_id: str | None) -> tuple[int, int] | None:
    change, _, alert = (event_id or "").partition("-")
    if not (change.isdecimal() and alert.isdecimal()):
        return None
    return int(change[:18]), int(alert[:18])


def _newest(context: Context) -> tuple[int, int]:
    with context.store.connect() as connection:
        return reading.last_numbers(connection)


async def _notices(
    request: Request, context: Context, start: tuple[int, int]
) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    state = request.app.state
    state.streams += 1
    try:
        at, seen, quiet_since = start, -1, loop.time()
        yield b": hello\n\n"
        while not state.ending:
            rounds = context.progress.rounds
            if rounds != seen:
                text, at, more = await asyncio.to_thread(_since, context, at)
                seen = -1 if more else rounds
                if text:
                    quiet_since = loop.time()
                    yield text
                    continue
            if loop.time() - quiet_since > ALIVE_SECONDS:
                quiet_since = loop.time()
                yield b": alive\n\n"
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        state.streams -= 1


def _since(context: Context, at: tuple[int, int]) -> tuple[bytes, tuple[int, int], bool]:
    """The events after a place, the place after them, and whether there are more."""
    with context.store.connect() as connection:
        changed = reading.changes_after(connection, at[0])
        warned = reading.alerts_after(connection, at[1])
    parts = []
    change, alert = at
    for row in changed:
        change = row["id"]
        value = rows.change(row, row["currency"]) | {
            name: row[name] for name in ("sku", "channel", "name", "currency")
        }
        parts.append(_event("change", f"{change}-{alert}", value))
    for row in warned:
        alert = row["id"]
        parts.append(_event("alert", f"{change}-{alert}", rows.alert(row).model_dump()))
    more = len(changed) == 500 or len(warned) == 500
    return b"".join(parts), (change, alert), more


def _event(kind: str, number: str, value: Any) -> bytes:
    return f"event: {kind}\nid: {number}\ndata: ".encode() + msgspec.json.encode(value) + b"\n\n"
