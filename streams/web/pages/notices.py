"""Alerts, dead letters, the health of it all, and the audit log."""

from __future__ import annotations

import asyncio
import time
from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from streams.web import actions
from streams.web.access import audit as audit_log
from streams.web.api.problems import LOOK
from streams.web.context import context_of
from streams.web.notify import ledger
from streams.web.pages.forms import APPROVES, Filled
from streams.web.pages.rendering import page, query
from streams.web.store import reading
from streams.web.words.alerts import advice

router = APIRouter(dependencies=[LOOK])
ROWS = 100
Word = Annotated[str, Query(max_length=400)]
Number = Annotated[int | None, Query(ge=1, lt=2**63)]


@router.get("/alerts")
def alerts(
    request: Request,
    kind: Word = "",
    all: bool = False,
    before: Number = None,
) -> HTMLResponse:
    """Alerts by kind, each with what to do, and the single ones."""
    with context_of(request).store.connect() as connection:
        groups = reading.alert_groups(connection, open_only=not all)
        found = reading.alerts_like(connection, kind, open_only=not all, limit=ROWS, before=before)
        names = reading.products_named(connection, [row["sku"] for row in found if row["sku"]])
        sent = ledger.log(connection, 20)
    following = found[-1]["id"] if len(found) == ROWS else None
    return page(
        request,
        "alerts.html",
        "Alerts",
        groups=[{**group, "advice": advice(group["kind"])} for group in groups],
        rows=found,
        names=names,
        kind=kind,
        all=all,
        deliveries=sent,
        following=following,
    )


@router.post("/alerts")
async def note(request: Request, form: Annotated[Filled, APPROVES]) -> Response:
    """Take note of all alerts of a kind."""
    kind = form.required("kind", "The kind")
    await asyncio.to_thread(actions.acknowledge, context_of(request), form.actor, kind)
    return RedirectResponse("/alerts", 303)


@router.get("/health")
def health(request: Request) -> HTMLResponse:
    """How far the console is, and what runs here."""
    context = context_of(request)
    away = context.progress.away_since
    return page(
        request,
        "health.html",
        "Health",
        away=None if away is None else round(time.time() - away),
        version=version("pricetide"),
        store=context.store.dialect.name,
        workers=context.workers,
        access=_access(context.rules.proxies, context.rules.open),
        streams=request.app.state.streams,
    )


def _access(proxies: object, open_to_all: bool) -> str:
    if proxies:
        return "a trusted proxy says who asks"
    return "tokens, or this machine alone without one" if open_to_all else "tokens"


@router.get("/audit")
def audit(request: Request, q: Word = "", before: Number = None) -> HTMLResponse:
    """What people did here."""
    found = audit_log.entries(context_of(request).store, q, ROWS, before)
    following = found[-1].id if len(found) == ROWS else None
    return page(
        request,
        "audit.html",
        "Audit log",
        rows=found,
        q=q,
        following=following,
        export="/api/v1/exports/audit.csv" + query(q=q),
    )
