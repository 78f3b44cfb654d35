"""Quotes for wholesale, and what to ask for used goods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from schemas.values.instants import to_ms
from streams.web import actions
from streams.web.api.notices import Number
from streams.web.api.problems import LOOK, HttpProblem
from streams.web.context import context_of
from streams.web.pages.forms import APPROVES, Filled
from streams.web.pages.rendering import page, quote_path
from streams.web.store import reading, trade_reading
from streams.web.words.figures import Figures
from streams.web.words.quotes import quote_status
from streams.web.words.reasons import rule
from streams.web.words.spans import span

router = APIRouter(dependencies=[LOOK])
ROWS = 100
#: What the list of quotes can be narrowed to, in a merchant's words.
STATES = {
    "": "all",
    "asked": quote_status(None),
    "proposed": "wait for approval",
    "open": quote_status("offered"),
    "won": "won",
    "lost": "lost",
    "rejected": quote_status("rejected"),
    "expired": quote_status("expired"),
    "declined": quote_status("declined"),
}


@router.get("/quotes")
def quotes(request: Request, state: str = "", before: Number = None) -> HTMLResponse:
    """Requests for quotes, their answers, and what became of them."""
    context = context_of(request)
    if state not in STATES:
        raise HttpProblem(422, f"state: it is one of {', '.join(filter(None, STATES))}")
    with context.store.connect() as connection:
        found = trade_reading.quotes_latest(connection, state, ROWS, before)
        decided = trade_reading.quotes_decided(connection)
    return page(
        request,
        "quotes.html",
        "Quotes",
        rows=found,
        states=STATES,
        state=state,
        decided=decided,
        following=found[-1]["id"] if len(found) == ROWS else None,
    )


@router.get("/quotes/{quote_id:path}")
def quote(request: Request, quote_id: str, sent: bool = False) -> HTMLResponse:
    """A quote: its lines, how each price came about, and what is expected."""
    context = context_of(request)
    with context.store.connect() as connection:
        row = trade_reading.quote(connection, quote_id)
        if row is None:
            raise HttpProblem(404, "Nobody has asked for this quote.")
        record = row["record"] or {"lines": []}
        skus = [line["sku"] for line in record["lines"]]
        # a refusal names a product within its sentence
        words = (row["record"] or {}).get("reason", "").split()
        names = reading.products_named(connection, [*skus, *words])
    lines = [
        {**line, "steps": _steps(line, record["currency"], context.figures)}
        for line in record["lines"]
    ]
    return page(
        request,
        "quote.html",
        f"Quote {quote_id}",
        row=row,
        record=row["record"],
        lines=lines,
        reason=" ".join(names.get(word, word) for word in words),
        names=names,
        sent=sent,
    )


def _steps(line: Mapping[str, Any], currency: str, figures: Figures) -> list[dict[str, str]]:
    found = []
    for step in line["explanation"]:
        detail = step["detail"] if isinstance(step["detail"], Mapping) else {}
        said = rule(step["rule"], detail, figures, currency)
        found.append({"text": said, "price": figures.price(step["output"], currency)})
    return found


@router.post("/quotes/{quote_id:path}")
async def answer(request: Request, quote_id: str, form: Annotated[Filled, APPROVES]) -> Response:
    """Approve or reject a quote that waits."""
    context, kind = context_of(request), form.text("answer")
    if kind not in ("approve", "reject"):
        raise HttpProblem(422, "The form says neither approve nor reject.")
    decision = form.required("decision_id", "The quote")
    done = await actions.answer(context, form.actor, [decision], kind, form.text("reason"))
    for _, why in done.refused:
        raise HttpProblem(409, why)
    return RedirectResponse(quote_path(quote_id) + "?sent=1", 303)


@router.get("/used-goods")
def used_goods(request: Request, before: Number = None) -> HTMLResponse:
    """What used things are worth, what to ask for them, and what became of them."""
    context = context_of(request)
    with context.store.connect() as connection:
        found = trade_reading.listings_latest(connection, ROWS, before)
        skus = [row["sku"] for row in found if row["sku"]]
        names = reading.products_named(connection, skus)
    return page(
        request,
        "used_goods.html",
        "Used goods",
        rows=[_with_promises(row) for row in found],
        names=names,
        following=found[-1]["id"] if len(found) == ROWS else None,
    )


def _with_promises(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its prices, the quickest sale first, and the steps until it is to be sold."""
    record = row["record"]
    named = [(name, record.get(name)) for name in ("quick", "suggested", "patient")]
    prices = [
        {**promise, "name": name, "within": span(promise["within"])}
        for name, promise in named
        if promise is not None
    ]
    path = record.get("markdown") or {"steps": []}
    steps = [{**step, "at": to_ms(step["valid_from"])} for step in path["steps"]]
    return {**row, "prices": prices, "steps": steps}
