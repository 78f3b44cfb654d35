"""Charts of one offer: its past, its demand, and how its price came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from schemas.values.money import minor_digits
from streams.web.charts.draw import WIDE, WIDTH, draw, layered
from streams.web.what_if import WhatIfCurve
from streams.web.words.figures import Figures
from streams.web.words.narration import NarratedStep

Row = Mapping[str, Any]
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
    lows = [p["price"] for p in prices]
    span = [min(lows, default=0) - 0.5 / scale, max(lows, default=1) + 0.5 / scale]
    time = {"field": "at", "type": "temporal", "title": None}
    lines = {
        "data": {"values": prices},
        "mark": {
            "type": "line",
            "interpolate": "step-after",
            "strokeWidth": 2,
            "point": {"size": 24},
        },
        "encoding": {
            "x": time,
            "y": {
                "field": "price",
                "type": "quantitative",
                "title": currency,
                "scale": {"zero": False, "domain": span, "nice": True},
            },
            "color": {
                "field": "kind",
                "scale": {
                    "domain": ["our price", "lowest competitor"],
                    "range": ["var(--c1)", "var(--c2)"],
                },
            },
            "description": {"field": "said"},
        },
    }
    promotions = {
        "data": {"values": _promotions(observed, figures)},
        "mark": {"type": "rect", "color": "var(--promotion)"},
        "encoding": {
            "x": {"field": "at", "type": "temporal", "title": None},
            "x2": {"field": "end"},
            "description": {"field": "said"},
        },
    }
    upper = {"width": WIDE, "height": 200, "layer": [promotions, lines]}
    lower = {
        "width": WIDE,
        "height": 90,
        "data": {"values": sales},
        "mark": {"type": "bar"},
        "encoding": {
            "x": {"field": "start", "type": "temporal", "title": None},
            "x2": {"field": "end"},
            "y": {"field": "units", "type": "quantitative", "title": "units sold"},
            "y2": {"datum": 0},
            "color": {
                "field": "kind",
                "scale": {
                    "domain": ["sold", "out of stock"],
                    "range": ["var(--c3)", "var(--bad)"],
                },
            },
            "description": {"field": "said"},
        },
    }
    spec = {
        "vconcat": [upper, lower],
        "resolve": {"scale": {"x": "shared", "color": "independent"}},
    }
    return draw(spec, "Our price, the lowest competitor and units sold over time")


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
        return {"at": at, "kind": kind, "price": minor / scale, "said": said}

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
                "units_said": f"{shown}: {figures.number(units.mean, 1)} units, 90 % between "
                f"{figures.number(units.lower, 1)} and {figures.number(units.upper, 1)}",
                "profit_said": f"{shown}: profit {figures.money(profit.mean, currency)}, 90 % "
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
        )
        for name, title in (("units", "units"), ("profit", f"profit, {currency}"))
    ]


def _layers(name: str, title: str, legal: Row, marked: Row, currency: str) -> list[dict[str, Any]]:
    x = {
        "field": "price",
        "type": "quantitative",
        "title": f"price, {currency}",
        "scale": {"zero": False, "nice": False},
    }
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
                "y": {"field": f"{name}_low", "type": "quantitative", "title": title},
                "y2": {"field": f"{name}_high"},
            },
        },
        {
            "mark": {"type": "line", "color": "var(--c1)", "point": {"size": 26, "opacity": 0.01}},
            "encoding": {
                "x": x,
                "y": {"field": name, "type": "quantitative"},
                "description": {"field": f"{name}_said"},
            },
        },
        {
            "data": {"values": [marked]},
            "mark": {"type": "rule", "color": "var(--c2)", "strokeWidth": 2},
            "encoding": {"x": x, "description": {"field": "said"}},
        },
    ]


def waterfall(steps: Sequence[NarratedStep], raw: Sequence[Row], currency: str) -> Markup:
    """From the strategy's price through every rule that moved it to the final one."""
    scale = 10 ** minor_digits(currency)
    shown = [i for i in range(len(steps)) if i == 0 or steps[i].moved]
    rows = []
    for place, i in enumerate(shown):
        before = raw[i]["input"] if place else None
        low = float(before if before is not None else raw[i]["output"])
        high = float(raw[i]["output"])
        rows.append(_step(place, steps[i].text, low, high, f"{steps[i].text}: {steps[i].price}"))
    last = float(raw[-1]["output"])
    rows.append(_step(len(rows), "The price", last, last, f"The price: {steps[-1].price}"))
    values = [row["from"] for row in rows] + [row["to"] for row in rows]
    room = max((max(values) - min(values)) * 0.15, 1 / scale)
    x = {
        "type": "quantitative",
        "title": currency,
        "scale": {"zero": False, "domain": [min(values) - room, max(values) + room]},
    }
    y = {
        "field": "name",
        "type": "nominal",
        "sort": {"field": "place"},
        "title": None,
        "axis": {"labelLimit": 340, "labelColor": "var(--text)"},
    }
    colour = {
        "field": "kind",
        "scale": {
            "domain": ["price", "raised", "lowered"],
            "range": ["var(--c3)", "var(--c1)", "var(--c2)"],
        },
        "legend": None,
    }
    spec = {
        "width": WIDTH - 150,
        "padding": {"left": 60, "right": 24, "top": 6, "bottom": 6},
        "height": {"step": 30},
        "data": {"values": rows},
        "encoding": {"y": y},
        "layer": [
            {
                "mark": {"type": "bar", "height": 12},
                "encoding": {
                    "x": {"field": "from", **x},
                    "x2": {"field": "to"},
                    "color": colour,
                    "description": {"field": "said"},
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {
                    "x": {"field": "to", **x},
                    "color": colour,
                    "description": {"field": "said"},
                },
            },
        ],
    }
    return draw(spec, "How the price came about, rule by rule")


def _step(place: int, name: str, before: float, after: float, said: str) -> dict[str, Any]:
    kind = "price" if before == after else "raised" if after > before else "lowered"
    return {"place": place, "name": name, "from": before, "to": after, "kind": kind, "said": said}
