"""The first page: what changed, what it should bring, what waits, what is wrong."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from streams.web.api.problems import LOOK
from streams.web.charts.shop import changes_by_day, margin_by_day
from streams.web.context import context_of
from streams.web.pages.rendering import page
from streams.web.store import offer_search
from streams.web.store.offer_search import Filter, SortOrder
from streams.web.store.sales_reading import whole_days
from streams.web.store.summary import SHOWN

router = APIRouter(dependencies=[LOOK])


@router.get("/")
def today(request: Request) -> HTMLResponse:
    """Tiles, charts, moves, proposals and alerts."""
    context = context_of(request)
    counted, figures = context.summary.counted, context.figures
    with context.store.connect() as connection:
        waiting = offer_search.search(
            connection, Filter(state="waiting"), SortOrder("gain", True), SHOWN
        )
    by_currency: dict[str, list[offer_search.Row]] = {}
    for row in counted.sales:
        by_currency.setdefault(row["currency"] or "", []).append(row)
    charts = []
    if counted.changes:
        charts.append(("Price changes by day", changes_by_day(counted.changes, figures)))
    now = counted.now or 0
    for currency, told in by_currency.items():
        rows = whole_days(told, now + figures.offset(now))
        if currency and rows:
            chart = margin_by_day(rows, currency, figures)
            charts.append((f"Revenue and margin by day, {currency}", chart))
    return page(request, "today.html", "Today", charts=charts[:4], waiting=waiting.rows)
