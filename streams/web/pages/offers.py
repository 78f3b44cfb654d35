"""Offers: all of them, filtered and sorted; and one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from schemas.values.instants import to_ms
from schemas.values.money import minor_digits, to_minor
from streams.errors import InputError
from streams.steering.orders import selector
from streams.web import actions
from streams.web.api.offers import Cursor, InOrder, Which, found
from streams.web.api.problems import LOOK, HttpProblem
from streams.web.charts import offer as charts
from streams.web.charts.waterfall import waterfall
from streams.web.context import Context, context_of
from streams.web.pages.forms import LOOKS, STEERS, Filled
from streams.web.pages.rendering import offer_path, page, query
from streams.web.store import offer_search, reading, trade_reading, views
from streams.web.store.offer_search import STATES, CursorError, SortOrder
from streams.web.what_if import WhatIfCurve, demand_curve
from streams.web.words.figures import Figures
from streams.web.words.narration import headline, outlook, steps
from streams.web.words.narration import units as units_text

router = APIRouter(dependencies=[LOOK])
ROWS = 50
FILTERS = ("q", "category", "brand", "channel", "policy", "state")
#: Decisions of an offer that its page tells, and days of its past that the chart shows.
DECISIONS = 12
LOOKED_AT = 40
BUCKETS = 120
#: Prices of single groups and customers that it lists.
CUSTOMER_PRICES = 20


def _sort(order: SortOrder) -> str:
    return ("-" if order.descending else "") + order.by


@router.get("/offers")
def offers(request: Request, wanted: Which, order: InOrder, cursor: Cursor = None) -> HTMLResponse:
    """A page of the table."""
    context = context_of(request)
    with context.store.connect() as connection:
        try:
            number = context.summary.counted.total(wanted)
            shown = offer_search.search(
                connection, wanted, order, ROWS, cursor, counted=number is None
            )
        except CursorError as error:
            raise HttpProblem(422, str(error)) from None
        kept = views.listed(connection)
    fields = {name: value for name, value in vars(wanted).items() if value}
    return page(
        request,
        "offers.html",
        "Offers",
        rows=shown.rows,
        following=shown.following,
        total=shown.total if number is None else number,
        wanted=wanted,
        fields=fields,
        sort=_sort(order),
        states={name: text for name, (text, _) in STATES.items()},
        choices=context.summary.counted.choices,
        views=kept,
        view=next(
            (each for each in kept if each.query == query(**fields, sort=_sort(order))), None
        ),
    )


@router.post("/views")
async def views_form(request: Request, form: Annotated[Filled, LOOKS]) -> Response:
    """Give a filter a name, or take it away."""
    context, name = context_of(request), form.required("name", "The view's name")[:80]
    if form.text("what") == "drop":
        await asyncio.to_thread(views.drop, context.store, name)
        return RedirectResponse("/offers", 303)
    named = [key for key in (*FILTERS, "sort") if form.text(key)]
    kept = query(**{key: form.text(key) for key in named})
    try:
        await asyncio.to_thread(views.save, context.store, name, kept, form.actor.name)
    except InputError as error:
        raise HttpProblem(409, str(error)) from None
    return RedirectResponse("/offers" + kept, 303)


@router.get("/offers/{sku:path}/{channel}")
def offer(
    request: Request, sku: str, channel: str, price: str = "", sent: bool = False
) -> HTMLResponse:
    """An offer: its price, its past, its demand, its reasons."""
    context = context_of(request)
    row = found(context.store, sku, channel)
    with context.store.connect() as connection:
        decisions = reading.decisions_of(connection, row["id"], LOOKED_AT)
        changes = reading.changes_of(connection, row["id"], 400)
        observed = reading.observations_of(connection, row["id"], BUCKETS)
        competitor_prices = reading.competitor_prices_of(connection, sku)
        alerts = reading.alerts_like(connection, sku=sku, limit=5)
        below = trade_reading.segment_prices_of(connection, row["id"])[:CUSTOMER_PRICES]
        now = context.summary.counted.now or 0
        promised = trade_reading.contracts_of(connection, sku, channel, now)[:CUSTOMER_PRICES]
    values: dict[str, Any] = {
        "row": row,
        "competitor_prices": competitor_prices,
        "alerts": alerts,
        "below": below,
        "promised": promised,
        "timeline": None,
        "promoted": any(each["promotion_id"] for each in observed),
        "curves": None,
        "waterfall": None,
        "last": None,
        "what_if": None,
        "sells_out": False,
        "slider": None,
        "price": price,
        "sent": sent,
    }
    figures, currency = context.figures, row["currency"]
    if currency and (changes or observed):
        until = max(
            time
            for time in (row["decided_at"], row["observed_at"], row["changed_at"], 0)
            if time is not None
        )
        since = observed[0]["start"] if observed else 0
        recent = [each for each in changes if each["time"] >= since] or changes[-1:]
        values["timeline"] = charts.timeline(recent, observed, currency, until, figures)
    if decisions:
        last = decisions[0]
        shown = steps(last, figures)
        sold = row["observed_at"] is not None
        values["last"] = {
            "headline": headline(last, figures),
            "outlook": outlook(last, figures) if sold else None,
        }
        values["last"]["steps"] = shown
        if any(step.moved for step in shown):
            values["waterfall"] = waterfall(shown, last["explanation"], currency, figures)
        curve = demand_curve(row, last, figures)
        if curve is not None:
            chosen, values["what_if"] = _tried(context, curve, price, last)
            values["curves"] = charts.curves(curve, chosen, figures)
            values["slider"] = _slider(curve, chosen)
            values["sells_out"] = curve.stock is not None
    values["decisions"] = _runs(decisions, figures)
    return page(request, "offer.html", row["name"] or sku, **values)


def _runs(decisions: Sequence[Mapping[str, Any]], figures: Figures) -> list[dict[str, Any]]:
    """The decisions, newest first; those in a row that say the same are told once."""
    told: list[dict[str, Any]] = []
    for each in decisions:
        said, policy = headline(each, figures), each["policy_id"]
        at = figures.instant(to_ms(each["time"]))
        # behind the semicolon stands what the models have learnt since
        same = (said.partition(";")[0], policy)
        if told and told[-1]["same"] == same:
            told[-1]["times"] += 1
            told[-1]["since"] = at
        else:
            row = {"headline": said, "policy": policy, "time": at, "times": 1, "same": same}
            told.append(row)
    return told[:DECISIONS]


def _slider(curve: WhatIfCurve, chosen: int) -> dict[str, str]:
    """The prices that the rules allow, or those nearby, as the browser's slider takes them."""
    low, high = curve.legal
    ends = (low or round(curve.base * 0.7), high or round(curve.base * 1.3))
    digits = minor_digits(curve.currency)
    return {
        name: f"{minor / 10**digits:.{digits}f}"
        for name, minor in (
            ("min", min(*ends, chosen)),
            ("max", max(*ends, chosen)),
            ("step", 1),
            ("value", chosen),
        )
    }


def _tried(
    context: Context, curve: WhatIfCurve, price: str, last: dict[str, Any]
) -> tuple[int, dict[str, Any] | None]:
    """The price that is marked, and what the one asked for would bring."""
    if not price:
        return to_minor(last["price"], curve.currency), None
    try:
        minor = to_minor(context.figures.typed(price, curve.currency), curve.currency)
    except ValueError as error:
        raise HttpProblem(422, f"price: {error}") from None
    if not 0 < minor <= 10 * curve.base:
        raise HttpProblem(422, "A price above zero, and within ten times the present one.")
    figures, currency = context.figures, curve.currency
    units, profit = curve.sold(minor), curve.profit(minor)
    gain = profit.mean - curve.profit(curve.base).mean
    return minor, {
        "price": figures.money(minor, currency),
        "units": units_text(units.mean, figures),
        "units_now": units_text(curve.units, figures),
        "profit": figures.money(profit.mean, currency),
        "sure": round(profit.lower) == round(profit.upper),
        "lower": figures.money(profit.lower, currency),
        "upper": figures.money(profit.upper, currency),
        "gain": figures.signed(gain, currency),
        "same": minor == curve.base,
        "broken": curve.broken(minor),
    }


@router.post("/offers/{sku:path}/{channel}")
async def steer(
    request: Request, sku: str, channel: str, form: Annotated[Filled, STEERS]
) -> Response:
    """Set a price by hand, freeze, or let go."""
    context, what = context_of(request), form.text("what")
    reason, target = form.required("reason", "A reason"), f"{sku} on {channel}"
    chosen = dict(selector(sku=sku, channel=channel))
    if what == "price":
        typed = form.required("price", "The price")
        row = await asyncio.to_thread(found, context.store, sku, channel)
        try:
            price = context.figures.typed(typed, row["currency"])
        except ValueError as error:
            raise HttpProblem(422, f"price: {error}") from None
        fields = {"sku": sku, "channel": channel, "price": price}
        force = bool(form.text("force"))
        await actions.command(
            context, form.actor, "set_price", target, reason, **fields, force=force
        )
    elif what == "freeze":
        await actions.command(context, form.actor, "pause", target, reason, select=chosen)
    elif what == "unfreeze":
        await actions.command(context, form.actor, "resume", target, reason, select=chosen)
    else:
        raise HttpProblem(422, "The form says nothing to do.")
    return RedirectResponse(offer_path(sku, channel) + "?sent=1", 303)
