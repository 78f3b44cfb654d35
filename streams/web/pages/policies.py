"""Policies: what they do, their versions, and a new one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from schemas.records.record import RecordError
from schemas.topics import decode
from streams.web import actions
from streams.web.api.problems import LOOK, HttpProblem
from streams.web.context import context_of
from streams.web.pages.forms import STEERS, Filled
from streams.web.pages.rendering import page, query
from streams.web.store import policy_reading
from streams.web.words.policies import differences, in_words

router = APIRouter(dependencies=[LOOK])
NEW: dict[str, Any] = {"policy_id": "new-policy", "status": "draft", "priority": 0, "select": {}}


@router.get("/policies")
def policies(request: Request) -> HTMLResponse:
    """All policies, and the kill switch."""
    context = context_of(request)
    with context.store.connect() as connection:
        found = policy_reading.current_policies(connection)
    return page(
        request,
        "policies.html",
        "Policies",
        policies=found,
        work=context.summary.counted.work,
        words={row["policy_id"]: in_words(row["document"]) for row in found},
    )


@router.post("/policies/switch")
async def switch(request: Request, form: Annotated[Filled, STEERS]) -> Response:
    """The kill switch, for the whole shop or a category."""
    kind = form.text("what")
    if kind not in ("pause", "resume"):
        raise HttpProblem(422, "The form says neither pause nor resume.")
    category = form.text("category")
    chosen = {"categories": [category]} if category else {}
    reason = form.required("reason", "A reason")
    target = category or "the whole shop"
    await actions.command(context_of(request), form.actor, kind, target, reason, select=chosen)
    return RedirectResponse("/policies" + query(sent=kind), 303)


@router.get("/policies/edit")
def edit(request: Request, policy_id: str = "", version: int | None = None) -> HTMLResponse:
    """A policy with its versions, ready to be changed."""
    with context_of(request).store.connect() as connection:
        versions = policy_reading.policy_versions(connection, policy_id) if policy_id else []
    if policy_id and not versions:
        raise HttpProblem(404, "There is no such policy.")
    current = versions[0]["document"] if versions else NEW
    chosen = current
    for row in versions:
        if row["version"] == version:
            chosen = row["document"]
            break
    draft = {**chosen, "version": int(current.get("version", 0)) + 1}
    draft.pop("time", None)
    return _editor(request, policy_id, draft, versions, [])


def _editor(
    request: Request,
    policy_id: str,
    draft: Mapping[str, Any],
    versions: list[dict[str, Any]],
    changes: list[str],
    text: str | None = None,
    problem: str = "",
) -> HTMLResponse:
    shown = msgspec.json.format(msgspec.json.encode(draft), indent=2).decode()
    history = [
        {
            "version": row["version"],
            "status": row["status"],
            "time": row["time"],
            "changes": differences(versions[i + 1]["document"], row["document"])
            if i + 1 < len(versions)
            else ["the first version here"],
        }
        for i, row in enumerate(versions)
    ]
    return page(
        request,
        "policy.html",
        policy_id or "A new policy",
        status=422 if problem else 200,
        policy_id=policy_id,
        text=shown if text is None else text,
        history=history,
        bound=context_of(request).summary.counted.came_to.get(policy_id, ()),
        changes=changes,
        problem=problem,
        words=in_words(versions[0]["document"]) if versions else [],
    )


@router.post("/policies/edit")
async def publish(request: Request, form: Annotated[Filled, STEERS]) -> Response:
    """Check a document, or publish it with a reason."""
    context, text, policy_id = context_of(request), form.text("document"), form.text("policy_id")

    def known() -> list[dict[str, Any]]:
        with context.store.connect() as connection:
            return policy_reading.policy_versions(connection, policy_id)

    versions = await asyncio.to_thread(known)
    current = versions[0]["document"] if versions else {}
    try:
        decode("pricing-policies", text.encode())
        document = msgspec.json.decode(text, type=dict[str, Any])
    except (RecordError, ValueError) as error:
        return _editor(request, policy_id, {}, versions, [], text, str(error))
    if form.text("what") == "check":
        changes = differences(current, document) if current else ["a new policy"]
        return _editor(request, policy_id, document, versions, changes or ["no difference"])
    reason = form.required("reason", "A reason")
    published = await actions.publish_policy(context, form.actor, document, reason)
    return RedirectResponse("/policies/edit" + query(policy_id=published, sent=1), 303)
