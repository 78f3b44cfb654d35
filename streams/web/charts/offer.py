"""Charts of one offer: its past, and its demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from schemas.values.instants import DAY
from schemas.values.money import minor_digits
from streams.web.charts.draw import BESIDE_NEWEST, WIDE, WIDTH, draw, layered
from streams.web.what_if import WhatIfCurve
from streams.web.words.figures import Figures

Row = Mapping[str, Any]
#: Whose prices are drawn → their colour.
PRICES = {"our price": "var(--c1)", "lowest competitor": "var(--c2)"}
#: A past that is shorter is told by the hour.
FEW_DAYS = 3 * DAY
#: Days named below the axis, and ticks of the axes of a curve, about: each label that is measured
#: takes a millisecond or two.
DAYS_NAMED, TICKS = 10, 5
#: Prices at which the demand curve is drawn.
POINTS = 41


def timeline(
    changes: Sequence[Row], observed: Sequence[Row], currency: str, until: int, figures: Figures
) -> Markup:
    """Own price, the lowest competitor, and sales, on one axis of time; promotions are shaded, and
    stock-outs marked.
    """
    scale = 10 ** minor_digits(currency)
    prices = _prices(changes, observed, currency, until, figures)
    sales = [
        {
            "start": figures.local(row["start"]).isoformat(),
            "end": figures.local(row["end"]).isoformat(),
            "units": row["units"],
            "kind": "out of stock" if row["stocked_out"] else "sold",
            "said": f"{figures.instant(row['start'])}: {row['units']:g} sold"
            + (", then out of stock" if row["stocked_out"] else "")
            + (f", promotion {row['promotion_id']}" if row["promotion_id"] else ""),
        }
        for row in observed
    ]
    seen = [p["price"] for p in prices]
    low, high = min(seen, default=0.0), max(seen, default=1.0)
    room = max((high - low) * 0.03, high * 0.01, 1 / scale)
    kinds = [kind for kind in PRICES if any(p["kind"] == kind for p in prices)]
    days = _time_axis(prices)
    time = {"field": "at", "type": "temporal", "title": None, "axis": days}
    # sales below say the days for both
    above = {**time, "axis": {**days, "labels": False, "ticks": False} if sales else days}
    lines = {
        "data": {"values": prices},
        "mark": {
            "type": "line",
            "interpolate": "step-after",
            "strokeWidth": 2,
            "point": {"size": 24},
        },
        "encoding": {
            "x": above,
            "y": {
                "field": "price",
                "type": "quantitative",
                "title": currency,
                "scale": {"zero": False, "domain": [low - room, high + room], "nice": True},
                "axis": {
                    **BESIDE_NEWEST,
                    "tickCount": 5,
                    "format": f",.{minor_digits(currency)}f",
                },
            },
            "color": {
                "field": "kind",
                "scale": {"domain": kinds, "range": [PRICES[kind] for kind in kinds]},
            },
            "description": {"field": "said"},
        },
    }
    promotions = {
        "data": {"values": _promotions(observed, figures)},
        "mark": {"type": "rect", "color": "var(--promotion)"},
        "encoding": {
            "x": above,
            "x2": {"field": "end"},
            "description": {"field": "said"},
        },
    }
    upper = {"width": WIDE, "height": 200, "layer": [promotions, lines]}
    sold = {
        "x": {**time, "field": "start"},
        "x2": {"field": "end"},
        "color": {
            "field": "kind",
            "scale": {"domain": ["sold", "out of stock"], "range": ["var(--c3)", "var(--bad)"]},
            "legend": {"symbolOpacity": 1},
        },
        "description": {"field": "said"},
    }
    units = {
        "field": "units",
        "type": "quantitative",
        "title": "units sold",
        "axis": {**BESIDE_NEWEST, "tickCount": 3, "tickMinStep": 1},
    }
    # a day without stock is seen though nothing was sold on it
    out = {
        "data": {"values": [each for each in sales if each["kind"] == "out of stock"]},
        "mark": {"type": "rect", "opacity": 0.25},
        "encoding": sold,
    }
    bars = {"mark": {"type": "bar"}, "encoding": {**sold, "y": units, "y2": {"datum": 0}}}
    lower = {"width": WIDE, "height": 90, "data": {"values": sales}, "layer": [bars, out]}
    spec = {
        "vconcat": [upper, lower] if sales else [upper],
        "resolve": {"scale": {"x": "shared", "color": "independent"}},
    }
    return draw(spec, "Our price, the lowest competitor and units sold over time", figures)


def _time_axis(prices: Sequence[Row]) -> dict[str, Any]:
    """Days below the axis, or hours where there are but a few of them."""
    ends = [p["ms"] for p in prices]
    few = not ends or max(ends) - min(ends) < FEW_DAYS
    return {"format": "%-d %b %H:%M", "tickCount": 6} if few else {"tickCount": DAYS_NAMED}


def _promotions(observed: Sequence[Row], figures: Figures) -> list[dict[str, Any]]:
    """Each promotion from its first bucket to its last one."""
    spans: list[dict[str, Any]] = []
    for row in observed:
        name = row["promotion_id"]
        if name and spans and spans[-1]["name"] == name and spans[-1]["last"] == row["start"]:
            spans[-1]["last"] = row["end"]
        elif name:
            spans.append({"name": name, "first": row["start"], "last": row["end"]})
    return [
        {
            "at": figures.local(each["first"]).isoformat(),
            "end": figures.local(each["last"]).isoformat(),
            "said": f"promotion {each['name']}: {figures.instant(each['first'])} to "
            f"{figures.instant(each['last'])}",
        }
        for each in spans
    ]


def _prices(
    changes: Sequence[Row], observed: Sequence[Row], currency: str, until: int, figures: Figures
) -> list[dict[str, Any]]:
    scale = 10 ** minor_digits(currency)

    def point(kind: str, ms: int, minor: int) -> dict[str, Any]:
        said = f"{figures.instant(ms)}: {kind} {figures.money(minor, currency)}"
        at = figures.local(ms).isoformat()
        return {"at": at, "ms": ms, "kind": kind, "price": minor / scale, "said": said}

    own = [(row["time"], row["price"]) for row in changes]
    if own and observed and changes[0]["previous"] is not None:
        # what was in force before the first of these changes
        own.insert(0, (min(observed[0]["start"], own[0][0]), changes[0]["previous"]))
    if not own:
        own = [(row["start"], row["price"]) for row in observed if row["price"] is not None]
    if own:
        own.append((max(until, own[-1][0]), own[-1][1]))
    seen = [
        (row["start"], row["competitor_price"])
        for row in observed
        if row["competitor_price"] is not None
    ]
    return [point("our price", *each) for each in own] + [
        point("lowest competitor", *each) for each in seen
    ]


def curves(curve: WhatIfCurve, chosen: int, figures: Figures) -> list[Markup]:
    """Units and profit by price with their 90 % band, the legal range, and the chosen price."""
    scale, currency = 10 ** minor_digits(curve.currency), curve.currency
    low, high = curve.legal
    first = min(low or curve.base * 0.7, curve.base, chosen) * 0.97
    last = max(high or curve.base * 1.3, curve.base, chosen) * 1.03
    rows = []
    for i in range(POINTS):
        price = first + (last - first) * i / (POINTS - 1)
        units, profit = curve.sold(price), curve.profit(price)
        shown = figures.money(price, currency)
        rows.append(
            {
                "price": price / scale,
                "units": units.mean,
                "units_low": units.lower,
                "units_high": units.upper,
                "profit": profit.mean / scale,
                "profit_low": profit.lower / scale,
                "profit_high": profit.upper / scale,
                "units_said": f"{shown}: {figures.number(units.mean, 1)} units, 90% between "
                f"{figures.number(units.lower, 1)} and {figures.number(units.upper, 1)}",
                "profit_said": f"{shown}: profit {figures.money(profit.mean, currency)}, 90% "
                f"between {figures.money(profit.lower, currency)} and "
                f"{figures.money(profit.upper, currency)}",
            }
        )
    legal = {
        "low": (first if low is None else low) / scale,
        "high": (last if high is None else high) / scale,
    }
    marked = {"price": chosen / scale, "said": f"chosen: {figures.money(chosen, currency)}"}
    return [
        draw(
            layered(rows, _layers(name, title, legal, marked, currency), 170)
            | {"width": WIDTH / 2 - 40},
            f"Expected {name} by price",
            figures,
        )
        for name, title in (("units", "units"), ("profit", f"profit, {currency}"))
    ]


def _layers(name: str, title: str, legal: Row, marked: Row, currency: str) -> list[dict[str, Any]]:
    x = {
        "field": "price",
        "type": "quantitative",
        "title": f"price, {currency}",
        "scale": {"zero": False, "nice": False},
        "axis": {"tickCount": TICKS, "format": f",.{minor_digits(currency)}f"},
    }
    y = {"type": "quantitative", "axis": {"tickCount": TICKS}}
    return [
        {
            "data": {"values": [legal]},
            "mark": {"type": "rect", "color": "var(--legal)"},
            "encoding": {
                "x": {"field": "low", "type": "quantitative"},
                "x2": {"field": "high"},
            },
        },
        {
            "mark": {"type": "area", "color": "var(--c1)", "opacity": 0.18},
            "encoding": {
                "x": x,
                "y": {"field": f"{name}_low", "title": title, **y},
                "y2": {"field": f"{name}_high"},
            },
        },
        {
            "mark": {"type": "line", "color": "var(--c1)", "point": {"size": 26, "opacity": 0.01}},
            "encoding": {
                "x": x,
                "y": {"field": name, **y},
                "description": {"field": f"{name}_said"},
            },
        },
        {
            "data": {"values": [marked]},
            "mark": {"type": "rule", "color": "var(--c2)", "strokeWidth": 2},
            "encoding": {"x": x, "description": {"field": "said"}},
        },
    ]
