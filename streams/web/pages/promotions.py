"""Promotions: those announced, plans that wait for somebody, and what they brought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from streams.web import actions
from streams.web.api.problems import LOOK
from streams.web.context import context_of
from streams.web.pages.forms import APPROVES, Filled
from streams.web.pages.rendering import page, with_times
from streams.web.store import plan_reading, reading
from streams.web.words.policies import selection

router = APIRouter(dependencies=[LOOK])
#: Plans that the page lists: those that wait, and as many others.
LISTED = 200


@router.get("/promotions")
def promotions(request: Request) -> HTMLResponse:
    """What runs, what is to come, what is planned."""
    context = context_of(request)
    now = context.summary.counted.now or 0
    with context.store.connect() as connection:
        found = reading.documents_of(connection, "promotions")
        waiting = plan_reading.waiting_plans(connection, now)[:LISTED]
        ids = {plan["plan_id"] for plan in waiting}
        others = reading.documents_of(connection, "promotion-plans", LISTED)
        plans = [*waiting, *(plan for plan in others if plan.get("plan_id") not in ids)]
        brought = plan_reading.results_of(connection, plans)
        named = [plan["sku"] for plan in plans if isinstance(plan.get("sku"), str)]
        names = reading.products_named(connection, named)
    announced = {each.get("promotion_id"): each for each in found}
    planned = [_planned(each, now, announced, brought) for each in plans]
    declined = {each["plan_id"] for each in planned if each["state"] == "declined"}
    shown = [
        _announced(each, now, context.summary.counted.promotions)
        for each in found
        if each.get("promotion_id") not in declined
    ]
    order = {"running": 0, "to come": 1}
    shown.sort(key=lambda each: (order.get(each["state"], 2), -(each["starts_at"] or 0)))
    return page(
        request,
        "promotions.html",
        "Promotions",
        promotions=shown,
        plans=planned,
        names=names,
    )


@router.post("/promotions/{plan_id}")
async def answer(
    request: Request, plan_id: str, form: Annotated[Filled, APPROVES]
) -> RedirectResponse:
    """Start a plan, or decline it."""
    start = form.text("answer") == "start"
    await actions.answer_plan(context_of(request), form.actor, plan_id, start=start)
    return RedirectResponse("/promotions", status_code=303)


def _announced(document: dict[str, Any], now: int, effects: Mapping[str, Any]) -> dict[str, Any]:
    timed = with_times(document, "starts_at", "ends_at")
    begin, end = timed["starts_at"] or 0, timed["ends_at"] or 0
    state = "ended" if end <= now else "running" if begin <= now else "to come"
    timed["state"] = "cancelled" if document.get("cancelled") else state
    timed["brought"] = effects.get(str(document.get("promotion_id")), ())
    timed["on"] = selection(document.get("select"))
    timed["off"] = ", ".join(
        f"{value} off" if kind != "price" else f"at {value}"
        for kind, value in (document.get("discount") or {}).items()
        if value is not None
    )
    return timed


def _planned(
    plan: Mapping[str, Any],
    now: int,
    announced: Mapping[Any, Mapping[str, Any]],
    brought: Mapping[Any, Mapping[str, Any]],
) -> dict[str, Any]:
    timed = with_times(plan, "starts_at", "ends_at")
    promotion = announced.get(plan.get("plan_id"))
    begin, end = timed["starts_at"] or 0, timed["ends_at"] or 0
    if promotion is None:
        state = "waits" if now < begin else "not started"
    elif promotion.get("cancelled"):
        state = "stopped" if plan.get("plan_id") in brought else "declined"
    else:
        state = "over" if end <= now else "running" if begin <= now else "to come"
    return {**timed, "state": state, "brought": brought.get(plan.get("plan_id"))}
