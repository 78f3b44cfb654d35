"""Policies: what they do, their versions, and a new one: tried, drafted, put in force."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from schemas.records.record import RecordError
from schemas.topics import decode
from streams.web import actions
from streams.web.access.whole_texts import JSON, nul_in_body
from streams.web.api.problems import LOOK, HttpProblem
from streams.web.context import Context, context_of
from streams.web.pages.forms import STEERS, Filled
from streams.web.pages.policy_findings import findings
from streams.web.pages.policy_form import PREFIX, FormError, applied, groups, refilled
from streams.web.pages.rendering import page, query
from streams.web.preview.jobs import BusyError
from streams.web.preview.outcome import PolicyTrial
from streams.web.store import drafts, policy_reading, reading
from streams.web.words.policies import differences, in_words

router = APIRouter(dependencies=[LOOK])
NEW: dict[str, Any] = {"policy_id": "new-policy", "strategy": [{"kind": "optimise"}]}
EDIT = "/policies/edit"
#: Of the button that puts a policy in force although its rules contradict each other.
ANYWAY = "publish_anyway"
SENT = {
    "published": "The policy is with the pricer. Its version appears below when it is in force.",
    "draft": "The draft is kept. Whoever may steer can put it in force.",
    "dropped": "The draft is gone.",
    "pause": "The order to stop is with the pricer.",
    "resume": "The order to resume is with the pricer.",
}


@router.get("/policies")
def policies(request: Request, sent: str = "") -> HTMLResponse:
    """All policies, drafts, and the kill switch."""
    context = context_of(request)
    with context.store.connect() as connection:
        found = policy_reading.current_policies(connection)
        kept = drafts.listed(connection)
    return page(
        request,
        "policies.html",
        "Policies",
        policies=found,
        drafts=kept,
        work=context.summary.counted.work,
        words={row["policy_id"]: in_words(row["document"]) for row in found},
        sent=SENT.get(sent, ""),
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


@router.get(EDIT)
def edit(
    request: Request,
    policy_id: str = "",
    version: int | None = None,
    draft: int | None = None,
    sent: str = "",
) -> HTMLResponse:
    """A policy with its versions and drafts, ready to be changed."""
    versions, kept = _known(context_of(request), policy_id)
    if policy_id and not (versions or kept):
        raise HttpProblem(404, "There is no such policy.")
    current = versions[0]["document"] if versions else NEW
    chosen = next((row["document"] for row in kept if row["id"] == draft), None)
    if chosen is None:
        past = (row["document"] for row in versions if row["version"] == version)
        chosen = next(past, current)
    shown = _next(chosen, versions)
    changes = differences(current, shown) if versions and chosen is not current else []
    return _editor(request, policy_id, shown, changes, note=SENT.get(sent, ""))


def _known(context: Context, policy_id: str) -> tuple[list[dict[str, Any]], Sequence[Any]]:
    with context.store.connect() as connection:
        if not policy_id:
            return [], []
        return policy_reading.policy_versions(connection, policy_id), drafts.listed(
            connection, policy_id
        )


def _next(document: Mapping[str, Any], versions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The document as the version that would come after those that there are."""
    last = max((int(row["version"]) for row in versions), default=0)
    made = {**document, "version": last + 1}
    made.pop("time", None)
    return made


def _editor(
    request: Request,
    policy_id: str,
    document: Mapping[str, Any],
    changes: Sequence[str],
    *,
    text: str | None = None,
    problem: str = "",
    given: Mapping[str, str] | None = None,
    status: int = 422,
    note: str = "",
    reason: str = "",
    asks: bool = False,
) -> HTMLResponse:
    """The page of a document; where it `asks`, whether to put it in force all the same.

    text, given: what was typed as JSON and into the fields, where that is not yet the document.
    status: where there is a problem.
    """
    context = context_of(request)
    versions, kept = _known(context, policy_id)
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
    shown = msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
    found = findings(document)
    return page(
        request,
        "policy.html",
        policy_id or "A new policy",
        status=status if problem or asks else 200,
        policy_id=policy_id,
        groups=refilled(groups(document), given or {}),
        findings=found,
        contradicted={path for finding in found for path in finding.fields},
        prefix=PREFIX,
        before=msgspec.json.encode(document).decode(),
        text=shown if text is None else text,
        history=history,
        drafts=kept,
        bound=context.summary.counted.came_to.get(policy_id, ()),
        changes=changes,
        problem=problem,
        note=note,
        reason=reason,
        asks=asks,
        words=in_words(document),
        current=versions[0]["version"] if versions else None,
    )


@router.post(EDIT)
async def change(request: Request, form: Annotated[Filled, STEERS]) -> Response:
    """Check a document, try it, keep it as a draft, or publish it with a reason."""
    context, policy_id, what = context_of(request), form.text("policy_id"), form.text("what")
    if what == "drop":
        await asyncio.to_thread(drafts.drop, context.store, policy_id, _number(form.text("draft")))
        return RedirectResponse("/policies" + query(sent="dropped"), 303)
    text, reason = form.text("document"), form.text("reason")
    before: dict[str, Any] = {}
    given = {
        name.removeprefix(PREFIX): value
        for name, value in form.fields.items()
        if name.startswith(PREFIX) and isinstance(value, str)
    }
    try:
        before = msgspec.json.decode(form.text("before") or text, type=dict[str, Any])
        document = msgspec.json.decode(text, type=dict[str, Any])
        document = applied(before, document, given) if given else document
        encoded = msgspec.json.encode(document)
        if nul_in_body(encoded, JSON):  # in the form it was an escape, which the gate lets pass
            raise FormError("A text of the policy holds the character NUL.")
        checked = decode(actions.POLICIES, encoded)
    except (RecordError, FormError, ValueError) as error:
        return await asyncio.to_thread(
            _editor,
            request,
            policy_id,
            before,
            [],
            text=text,
            given=given,
            problem=str(error),
            reason=reason,
        )
    named = str(checked.policy_id)
    try:
        where = await _done(context, form, what, named, document)
    except HttpProblem as error:  # nothing was done: the work on the policy must not be lost
        return await asyncio.to_thread(
            _editor,
            request,
            policy_id,
            document,
            [],
            problem=error.detail,
            status=error.status,
            reason=reason,
        )
    if where:
        return RedirectResponse(where, 303)
    asks = what == "publish"
    return await asyncio.to_thread(_checked, request, policy_id, document, reason, asks=asks)


async def _done(
    context: Context, form: Filled, what: str, named: str, document: dict[str, Any]
) -> str:
    """Do it, and say where to go on; empty where the policy is only to be looked at."""
    if what == "preview":
        try:
            job = context.previews.start(document)
        except BusyError:
            raise HttpProblem(503, "Other previews are running: try again in a minute.") from None
        return "/policies/preview" + query(job=job)
    if what == "draft":
        reason = form.required("reason", "A reason")
        await asyncio.to_thread(actions.keep_draft, context, form.actor, named, document, reason)
        return EDIT + query(policy_id=named, sent="draft")
    if what in ("publish", ANYWAY):
        reason = form.required("reason", "A reason")
        if what == "publish" and any(found.fields for found in findings(document)):
            return ""
        await actions.publish_policy(context, form.actor, document, reason)
        return EDIT + query(policy_id=named, sent="published")
    return ""


def _checked(
    request: Request,
    policy_id: str,
    document: Mapping[str, Any],
    reason: str,
    *,
    asks: bool = False,
) -> HTMLResponse:
    versions, _ = _known(context_of(request), policy_id)
    changes = differences(versions[0]["document"], document) if versions else ["a new policy"]
    changes = changes or ["no difference"]
    return _editor(request, policy_id, document, changes, reason=reason, asks=asks)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise HttpProblem(422, "The form names no draft.")
    return int(text[:18])


@router.get("/policies/preview")
def preview(request: Request, job: str) -> HTMLResponse:
    """What a policy would do, once its trial is done; until then the page looks again by itself."""
    context = context_of(request)
    found = context.previews.get(job)
    if found is None:
        raise HttpProblem(404, "This preview is forgotten: make another one.")
    policy_id = str(found.document["policy_id"])
    versions, _ = _known(context, policy_id)
    with context.store.connect() as connection:
        trial = PolicyTrial() if found.trial is None else found.trial
        skus = [move.sku for move in trial.moves]
        skus += [each.sku for each in trial.conflicts if each.sku is not None]
        names = reading.products_named(connection, skus)
    return page(
        request,
        "preview.html",
        f"Preview of {policy_id}",
        job=found,
        policy_id=policy_id,
        text=msgspec.json.encode(found.document).decode(),
        changes=differences(versions[0]["document"], found.document)
        if versions
        else ["a new policy"],
        names=names,
    )
