"""Policies: those in force, what another would do, and a new version of one."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request

from schemas.records.record import RecordError
from schemas.topics import decode
from streams.web import actions
from streams.web.access.roles import Actor
from streams.web.api.problems import LOOK, STEER, HttpProblem, described
from streams.web.api.shapes import (
    Ordered,
    PolicyPreview,
    PolicyToKeep,
    PolicyToTry,
    PreviewStarted,
)
from streams.web.context import context_of
from streams.web.preview.jobs import BusyError
from streams.web.store import policy_reading

router = APIRouter(tags=["policies"])


def _sound(document: dict[str, Any]) -> str:
    """The policy's id; an HttpProblem names the field that is wrong."""
    try:
        return str(decode(actions.POLICIES, msgspec.json.encode(document)).policy_id)
    except (RecordError, ValueError, RecursionError) as error:
        raise HttpProblem(422, str(error)) from None


@router.get("/policies", dependencies=[LOOK], responses=described())
def policies(request: Request) -> list[dict[str, Any]]:
    """The current version of every policy."""
    with context_of(request).store.connect() as connection:
        return [row["document"] for row in policy_reading.current_policies(connection)]


@router.post("/policies", status_code=202, responses=described(503))
async def publish(
    request: Request, wanted: PolicyToKeep, actor: Annotated[Actor, STEER]
) -> Ordered:
    """Put a version of a policy in force; with four eyes, one that another has kept as a draft."""
    target = await actions.publish_policy(context_of(request), actor, wanted.policy, wanted.reason)
    return Ordered(kind="policy", target=target)


@router.post("/policies/drafts", status_code=201, responses=described())
async def keep(request: Request, wanted: PolicyToKeep, actor: Annotated[Actor, STEER]) -> Ordered:
    """Keep a policy as a draft, for somebody to put in force."""
    policy_id = _sound(wanted.policy)
    await asyncio.to_thread(
        actions.keep_draft, context_of(request), actor, policy_id, wanted.policy, wanted.reason
    )
    return Ordered(kind="draft", target=policy_id, state="kept")


@router.post("/policies/what-if", status_code=202, dependencies=[STEER], responses=described(503))
async def begin_preview(request: Request, wanted: PolicyToTry) -> PreviewStarted:
    """Try a policy on the state that the workers have saved; the answer names where to ask."""
    _sound(wanted.policy)
    try:
        return PreviewStarted(preview=context_of(request).previews.start(wanted.policy))
    except BusyError:
        raise HttpProblem(503, "Other previews are running: try again in a minute.") from None


@router.get("/policies/what-if/{preview}", dependencies=[LOOK], responses=described(404))
def preview(request: Request, preview: str) -> PolicyPreview:
    """What the policy would do, once its preview is done."""
    job = context_of(request).previews.get(preview)
    if job is None:
        raise HttpProblem(404, "This preview is forgotten, or was never asked for.")
    return PolicyPreview(
        done=job.done,
        seconds=job.seconds,
        problem=job.problem or None,
        outcome=None if job.trial is None else msgspec.to_builtins(job.trial),
    )
