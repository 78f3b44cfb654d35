"""From a template to a page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from schemas.values.instants import to_ms
from schemas.values.money import to_text as money_text
from streams.web.access.forms import form_token
from streams.web.access.roles import Actor
from streams.web.context import Context, context_of
from streams.web.words.alerts import message, title
from streams.web.words.figures import plain
from streams.web.words.measures import measure
from streams.web.words.policies import in_percent, selection
from streams.web.words.quotes import quote_status
from streams.web.words.reasons import reason

FOLDER = Path(__file__).parents[1] / "templates"
#: Path → what it is called; in the order of the menu.
MENU = (
    ("/", "Today"),
    ("/offers", "Offers"),
    ("/queue", "Queue"),
    ("/quotes", "Quotes"),
    ("/used-goods", "Used goods"),
    ("/policies", "Policies"),
    ("/promotions", "Promotions"),
    ("/experiments", "Experiments"),
    ("/models", "Models"),
    ("/alerts", "Alerts"),
    ("/dead-letters", "Dead letters"),
    ("/health", "Health"),
    ("/audit", "Audit log"),
)
#: Shown where there is something on them.
OPTIONAL = frozenset(("/quotes", "/used-goods"))
templates = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def with_times(document: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The document with its instants in milliseconds, None where there is none."""
    found: dict[str, int | None] = {}
    for name in names:
        try:
            found[name] = to_ms(document[name])
        except (KeyError, ValueError, TypeError):
            found[name] = None
    return {**document, **found}


def offer_path(sku: str, channel: str) -> str:
    """Where an offer's page is, whatever its name."""
    return f"/offers/{quote(sku, safe='')}/{quote(channel, safe='')}"


def quote_path(quote_id: str) -> str:
    """Where a quote's page is, whatever its name."""
    return f"/quotes/{quote(quote_id, safe='')}"


def query(**fields: Any) -> str:
    """A query of what is not empty."""
    return "?" + urlencode({name: value for name, value in fields.items() if value})


def _shared(context: Context) -> dict[str, Any]:
    figures = context.figures
    return {
        "money": figures.money,
        "price_of": figures.price,
        "plain_price": money_text,
        "signed": figures.signed,
        "total_of": figures.total,
        "share": figures.share,
        "step_of": figures.step,
        "number": figures.number,
        "count": figures.count,
        "instant": figures.instant,
        "day": figures.day,
        "iso": figures.iso,
        "age": figures.age,
        "reason_of": reason,
        "plain": plain,
        "alert_title": title,
        "alert_text": message,
        "measure": measure,
        "quote_status": quote_status,
        "in_percent": in_percent,
        "selection_of": selection,
        "offer_path": offer_path,
        "quote_path": quote_path,
        "query": query,
        "menu": [
            (path, name)
            for path, name in MENU
            if path not in OPTIONAL or path in context.summary.counted.pages
        ],
        "counted": context.summary.counted,
        "stopped": context.summary.stopped,
        "progress": context.progress,
    }


def page(
    request: Request, template: str, title: str, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """The page of a template, for who asks."""
    context = context_of(request)
    actor: Actor | None = request.state.actor
    token = "" if actor is None else form_token(context.form_key, actor)
    shared = _shared(context) | {"path": request.url.path, "actor": actor, "form_token": token}
    text = templates.get_template(template).render(shared, title=title, **values)
    return HTMLResponse(text, status)


def plain_page(context: Context, title: str, detail: str, status: int) -> HTMLResponse:
    """A page for who may see no more than what went wrong."""
    shared: Mapping[str, Any] = _shared(context) | {"path": "", "actor": None, "form_token": ""}
    text = templates.get_template("message.html").render(shared, title=title, detail=detail)
    return HTMLResponse(text, status)
