"""Proposals, the kill switch and roll-backs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request

from streams.steering.orders import selector
from streams.web import actions
from streams.web.access.roles import Actor
from streams.web.api import rows
from streams.web.api.offers import Cursor, Limit, Which
from streams.web.api.problems import APPROVE, LOOK, STEER, HttpProblem, described
from streams.web.api.shapes import Ordered, ProposalPage, RollBack, Selected, Verdict
from streams.web.context import context_of
from streams.web.store import offer_search, reading
from streams.web.store.offer_search import CursorError, SortOrder

router = APIRouter(tags=["steering"])


@router.get("/proposals", dependencies=[LOOK], responses=described())
def list_proposals(
    request: Request, wanted: Which, limit: Limit = 100, cursor: Cursor = None
) -> ProposalPage:
    """What waits for approval, newest first; `state` is of no use here."""
    waiting = offer_search.Filter(
        wanted.q, wanted.category, wanted.brand, wanted.channel, wanted.policy, "waiting"
    )
    with context_of(request).store.connect() as connection:
        try:
            page = offer_search.search(
                connection, waiting, SortOrder("waiting", True), limit, cursor
            )
        except CursorError as error:
            raise HttpProblem(422, str(error)) from None
    return ProposalPage(items=[rows.proposal(row) for row in page.rows], next=page.following)


async def _answer(
    request: Request, decision_id: str, kind: str, said: Verdict | None, actor: Actor
) -> Ordered:
    reason = (said and said.reason) or ""
    done = await actions.answer(context_of(request), actor, [decision_id], kind, reason)
    for _, why in done.refused:
        raise HttpProblem(404 if why.startswith("there is no") else 409, why)
    return Ordered(kind=kind, target=decision_id)


@router.post(
    "/proposals/{decision_id}/approve", status_code=202, responses=described(404, 409, 503)
)
async def approve(
    request: Request,
    decision_id: str,
    actor: Annotated[Actor, APPROVE],
    answer: Verdict | None = None,
) -> Ordered:
    """Let a proposal take effect; 409 where a later decision has taken its place."""
    return await _answer(request, decision_id, "approve", answer, actor)


@router.post("/proposals/{decision_id}/reject", status_code=202, responses=described(404, 409, 503))
async def reject(
    request: Request,
    decision_id: str,
    actor: Annotated[Actor, APPROVE],
    answer: Verdict | None = None,
) -> Ordered:
    """Turn a proposal down; 409 where a later decision has taken its place."""
    return await _answer(request, decision_id, "reject", answer, actor)


def _select(wanted: Selected) -> tuple[dict[str, list[str]], str]:
    chosen = dict(selector(sku=wanted.sku, channel=wanted.channel, category=wanted.category))
    named = [part for part in (wanted.sku, wanted.category, wanted.channel) if part]
    return chosen, " ".join(named) or "the whole shop"


@router.post("/pause", status_code=202, responses=described(503))
async def pause(request: Request, wanted: Selected, actor: Annotated[Actor, STEER]) -> Ordered:
    """The kill switch: the selected offers keep their prices until resumed."""
    chosen, target = _select(wanted)
    await actions.command(context_of(request), actor, "pause", target, wanted.reason, select=chosen)
    return Ordered(kind="pause", target=target)


@router.post("/resume", status_code=202, responses=described(503))
async def resume(request: Request, wanted: Selected, actor: Annotated[Actor, STEER]) -> Ordered:
    """Let the selected offers be priced again."""
    chosen, target = _select(wanted)
    await actions.command(
        context_of(request), actor, "resume", target, wanted.reason, select=chosen
    )
    return Ordered(kind="resume", target=target)


@router.post("/rollback", status_code=202, responses=described(503))
async def rollback(request: Request, wanted: RollBack, actor: Annotated[Actor, STEER]) -> Ordered:
    """Back to the prices of a time or a decision, and hold them."""
    chosen, target = _select(wanted)
    await actions.command(
        context_of(request), actor, "rollback", target, wanted.reason, select=chosen, to=wanted.to
    )
    return Ordered(kind="rollback", target=target)


@router.get("/decisions/{decision_id}", dependencies=[LOOK], responses=described(404))
def decision(request: Request, decision_id: str) -> dict[str, Any]:
    """A decision's record, while the console keeps it."""
    with context_of(request).store.connect() as connection:
        found = reading.decision(connection, decision_id)
    if found is None:
        raise HttpProblem(
            404, "No such decision, or one too old for the console: `pricetide explain`."
        )
    return found
