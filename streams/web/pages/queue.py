"""Proposals: a list, a page that says what an answer would do, and the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from schemas.records.policy.approval import Approval
from streams.web import actions
from streams.web.api.offers import Cursor, Which
from streams.web.api.problems import LOOK, HttpProblem
from streams.web.context import Context, context_of
from streams.web.pages.forms import APPROVES, Filled
from streams.web.pages.rendering import page
from streams.web.store import offer_search, policy_reading, reading
from streams.web.store.database import chunks
from streams.web.store.offer_search import CursorError, Filter, SortOrder
from streams.web.store.tables.people import asked
from streams.web.store.tables.shop import offers
from streams.web.words.figures import Figures
from streams.web.words.narration import wanted as why_wanted

router = APIRouter(dependencies=[LOOK])
ROWS = 50
#: Proposals that one answer may cover.
MOST = 10_000
SORTS = ("waiting", "gain", "step", "name")
ANSWERS = {"approve": "Approve", "reject": "Reject"}


def _waiting(wanted: Filter) -> Filter:
    return Filter(wanted.q, wanted.category, wanted.brand, wanted.channel, wanted.policy, "waiting")


@router.get("/queue")
def queue(
    request: Request, wanted: Which, sort: str = "-gain", cursor: Cursor = None
) -> HTMLResponse:
    """What waits for approval."""
    context = context_of(request)
    if sort.removeprefix("-") not in SORTS:
        raise HttpProblem(422, f"sort: it is one of {', '.join(SORTS)}")
    which = _waiting(wanted)
    with context.store.connect() as connection:
        try:
            order = SortOrder.parsed(sort)
            shown = offer_search.search(connection, which, order, ROWS, cursor, counted=True)
        except CursorError as error:
            raise HttpProblem(422, str(error)) from None
        ids = [row["proposal_id"] for row in shown.rows]
        on_its_way = select(asked).where(asked.c.decision_id.in_(ids))
        answered = connection.execute(on_its_way).mappings().all()
        said = reading.decisions_named(connection, ids)
        ends = _expiries(policy_reading.current_policies(connection))
    fields = {n: v for n, v in vars(wanted).items() if v and n != "state"}
    return page(
        request,
        "queue.html",
        "Queue",
        rows=[
            _with_outlook(row, said.get(row["proposal_id"]), ends, context.figures)
            for row in shown.rows
        ],
        following=shown.following,
        total=shown.total,
        wanted=wanted,
        fields=fields,
        sort=sort,
        policies=context.summary.counted.choices.get("policy", ()),
        categories=context.summary.counted.choices.get("category", ()),
        answered={row["decision_id"]: row for row in answered},
    )


def _expiries(policies: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Policy → how long its proposals wait, ms."""
    return {
        each["policy_id"]: Approval(**each["document"].get("approval") or {}).expires_after
        for each in policies
    }


def _with_outlook(
    row: offer_search.Row,
    said: Mapping[str, Any] | None,
    ends: Mapping[str, int],
    figures: Figures,
) -> dict[str, Any]:
    """The row with why it is wanted, the profit that is expected then, its 90 % interval, and when
    it expires.
    """
    wait = ends.get(row["policy_id"], Approval().expires_after)
    why = "" if said is None else why_wanted(said, figures)
    expected = (said or {}).get("expected")
    return {**row, "why": why, "expected": expected, "expires_at": row["proposed_at"] + wait}


@router.post("/queue/review")
async def review(request: Request, form: Annotated[Filled, APPROVES]) -> HTMLResponse:
    """Say first what an answer to these proposals would do."""
    context, kind = context_of(request), _answer_of(form)
    found = await asyncio.to_thread(_chosen, context, form)
    if not found:
        raise HttpProblem(422, "No proposal was chosen.")
    return page(
        request,
        "review.html",
        f"{ANSWERS[kind]} {context.figures.count(len(found), 'proposal')}",
        kind=kind,
        ids=" ".join(row["proposal_id"] for row in found),
        count=len(found),
        sums=_sums(found),
        extremes=_extremes(found),
        rows=found[:20],
    )


@router.post("/queue/answer")
async def answer(request: Request, form: Annotated[Filled, APPROVES]) -> HTMLResponse:
    """Send the answers; those that were superseded in the meantime are refused, and said."""
    kind = _answer_of(form)
    ids = form.text("ids").split()[:MOST]
    context = context_of(request)
    done = await actions.answer(context, form.actor, ids, kind, form.text("reason"))
    title = f"{context.figures.count(len(done.sent), 'answer')} sent"
    return page(request, "answered.html", title, kind=kind, done=done)


def _answer_of(form: Filled) -> str:
    kind = form.text("answer")
    if kind not in ANSWERS:
        raise HttpProblem(422, "The form says neither approve nor reject.")
    return kind


def _chosen(context: Context, form: Filled) -> list[offer_search.Row]:
    with context.store.connect() as connection:
        if form.text("all"):
            names = ("q", "category", "brand", "channel", "policy")
            which = _waiting(Filter(**{name: form.text(name) for name in names}))
            found = []
            for row in offer_search.every(connection, which, SortOrder("gain", True)):
                found.append(row)
                if len(found) == MOST:
                    break
            return found
        rows: list[offer_search.Row] = []
        for part in chunks(form.texts("id")[:MOST]):
            query = select(offers).where(offers.c.proposal_id.in_(part))
            rows += [dict(row) for row in connection.execute(query).mappings()]
        return rows


def _sums(found: Sequence[offer_search.Row]) -> list[dict[str, Any]]:
    """Per currency: proposals, profit expected over that of the prices in force."""
    sums: dict[str, dict[str, Any]] = {}
    for row in found:
        each = sums.setdefault(row["currency"], {"number": 0, "gain": 0, "up": 0, "down": 0})
        each["number"] += 1
        each["gain"] += row["proposed_gain"] or 0
        each["up" if (row["proposed_step"] or 0) > 0 else "down"] += 1
    return [{"currency": currency, **each} for currency, each in sorted(sums.items())]


def _extremes(found: Sequence[offer_search.Row]) -> list[tuple[str, offer_search.Row]]:
    stepped = [row for row in found if row["proposed_step"] is not None]
    kept = [row for row in found if row["proposed_margin"] is not None]
    extremes = []
    if stepped:
        extremes.append(("largest rise", max(stepped, key=lambda row: row["proposed_step"])))
        extremes.append(("largest fall", min(stepped, key=lambda row: row["proposed_step"])))
    if kept:
        extremes.append(("lowest margin", min(kept, key=lambda row: row["proposed_margin"])))
    return extremes
