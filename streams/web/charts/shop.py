"""Charts of the whole shop by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from schemas.values.instants import DAY
from schemas.values.money import minor_digits
from streams.web.charts.draw import BESIDE_NEWEST, WIDTH, draw
from streams.web.words.figures import Figures

Row = Mapping[str, Any]
#: A bar has the same width, whether prices changed on one day or on thirty.
SHOWN_DAYS = 30


def _day(ms: int) -> str:
    # a shown day is the merchant's: `ms` is its midnight by their clock
    return Figures().local(ms).isoformat()


def changes_by_day(rows: Sequence[Row], figures: Figures) -> Markup:
    """Prices that rose and fell, day by day."""
    points, last = [], rows[-1]["day"]
    for row in rows:
        for kind, sign, word in (("up", 1, "rose"), ("down", -1, "fell")):
            number = figures.number(row[kind])
            said = f"{Figures(figures.locale).day(row['day'])}: {number} prices {word}"
            points.append(
                {"day": _day(row["day"]), "kind": word, "n": sign * row[kind], "said": said}
            )
    spec = {
        "width": WIDTH,
        "height": 170,
        "data": {"values": points},
        "mark": {"type": "bar", "cornerRadiusEnd": 2},
        "encoding": {
            "x": {
                "field": "day",
                "type": "temporal",
                "timeUnit": "yearmonthdate",
                "title": None,
                "scale": {"domain": [_day(last - (SHOWN_DAYS - 1) * DAY), _day(last + DAY)]},
            },
            "y": {
                "field": "n",
                "type": "quantitative",
                "title": "prices changed",
                "axis": {**BESIDE_NEWEST, "tickMinStep": 1},
            },
            "color": {
                "field": "kind",
                "scale": {"domain": ["rose", "fell"], "range": ["var(--c1)", "var(--c2)"]},
            },
            "description": {"field": "said"},
        },
    }
    return draw(spec, "Prices that rose and fell, by day", figures)


def margin_by_day(rows: Sequence[Row], currency: str, figures: Figures) -> Markup:
    """Revenue and what it left after tax, cost and fees, day by day, in one currency."""
    scale = 10 ** minor_digits(currency)
    points = []
    for row in rows:
        for kind in ("revenue", "margin"):
            amount = figures.money(row[kind], currency)
            points.append(
                {
                    "day": _day(row["day"]),
                    "kind": kind,
                    "amount": (row[kind] or 0) / scale,
                    "said": f"{Figures(figures.locale).day(row['day'])}: {kind} {amount}",
                }
            )
    spec = {
        "width": WIDTH,
        "height": 170,
        "data": {"values": points},
        "mark": {"type": "line", "point": {"size": 40}, "strokeWidth": 2},
        "encoding": {
            "x": {"field": "day", "type": "temporal", "title": None},
            "y": {
                "field": "amount",
                "type": "quantitative",
                "title": currency,
                "axis": BESIDE_NEWEST,
            },
            "color": {
                "field": "kind",
                "scale": {"domain": ["revenue", "margin"], "range": ["var(--c3)", "var(--c1)"]},
            },
            "description": {"field": "said"},
        },
    }
    return draw(spec, f"Revenue and margin in {currency}, by day", figures)
