"""Planned promotions, and the answer to one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request

from streams.web import actions
from streams.web.access.roles import Actor
from streams.web.api.problems import APPROVE, LOOK, described
from streams.web.api.shapes import Ordered
from streams.web.context import context_of
from streams.web.store import reading

router = APIRouter(tags=["promotions"])


@router.get("/promotion-plans", dependencies=[LOOK], responses=described())
def promotion_plans(request: Request) -> list[dict[str, Any]]:
    """The last 200 plans, newest first, as the topic has them."""
    with context_of(request).store.connect() as connection:
        return reading.documents_of(connection, "promotion-plans")


@router.get("/promotion-results", dependencies=[LOOK], responses=described())
def promotion_results(request: Request) -> list[dict[str, Any]]:
    """The last 200 results of promotions, one an offer, newest first, as the topic has them."""
    with context_of(request).store.connect() as connection:
        return reading.documents_of(connection, "promotion-results")


@router.post(
    "/promotion-plans/{plan_id}/start", status_code=202, responses=described(404, 409, 503)
)
async def start(request: Request, plan_id: str, actor: Annotated[Actor, APPROVE]) -> Ordered:
    """Start a plan on its day; 409 where its time has come, or somebody has answered it."""
    await actions.answer_plan(context_of(request), actor, plan_id, start=True)
    return Ordered(kind="start", target=plan_id)


@router.post(
    "/promotion-plans/{plan_id}/decline", status_code=202, responses=described(404, 409, 503)
)
async def decline(request: Request, plan_id: str, actor: Annotated[Actor, APPROVE]) -> Ordered:
    """Decline a plan; its offer is planned anew when the plan's time is over."""
    await actions.answer_plan(context_of(request), actor, plan_id, start=False)
    return Ordered(kind="decline", target=plan_id)
