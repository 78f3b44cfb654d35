"""The chart of how a price came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from schemas.values.money import minor_digits
from streams.web.charts.draw import SMALL, draw
from streams.web.words.figures import Figures
from streams.web.words.narration import NarratedStep

Row = Mapping[str, Any]


def waterfall(
    steps: Sequence[NarratedStep], raw: Sequence[Row], currency: str, figures: Figures
) -> Markup:
    """From the strategy's price through every rule that moved it to the final one."""
    scale = 10 ** minor_digits(currency)
    shown = [i for i in range(len(steps)) if i == 0 or steps[i].moved]
    rows = []
    for place, i in enumerate(shown):
        before = raw[i]["input"] if place else None
        low = float(before if before is not None else raw[i]["output"])
        high = float(raw[i]["output"])
        rows.append(_step(place, steps[i].text, steps[i].price, low, high))
    last = float(raw[-1]["output"])
    rows.append(_step(len(rows), "The price", steps[-1].price, last, last))
    values = [row["from"] for row in rows] + [row["to"] for row in rows]
    room = max((max(values) - min(values)) * 0.1, 1 / scale)
    ends = [min(values) - room, max(values) + room]
    x = {
        "type": "quantitative",
        "title": currency,
        "scale": {"zero": False, "domain": ends},
        "axis": {"tickCount": 5, "format": f",.{minor_digits(currency)}f"},
    }
    colour = {
        "field": "kind",
        "scale": {
            "domain": ["price", "raised", "lowered"],
            "range": ["var(--c3)", "var(--c1)", "var(--c2)"],
        },
        "legend": None,
    }
    # what a rule is called stands above its bar: beside it, a phone would have no room for either
    spec = {
        "width": SMALL + 60,
        "padding": {"left": 4, "right": 24, "top": 6, "bottom": 6},
        "height": {"step": 44},
        "data": {"values": rows},
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": {"field": "place"}, "axis": None}
        },
        "layer": [
            {
                "mark": {"type": "text", "align": "left", "dy": -9, "limit": SMALL + 60},
                "encoding": {"x": {"datum": ends[0], **x}, "text": {"field": "short"}},
            },
            {
                "mark": {"type": "bar", "height": 10, "yOffset": 9},
                "encoding": {
                    "x": {"field": "from", **x},
                    "x2": {"field": "to"},
                    "color": colour,
                    "description": {"field": "said"},
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1, "yOffset": 9},
                "encoding": {
                    "x": {"field": "to", **x},
                    "color": colour,
                    "description": {"field": "said"},
                },
            },
        ],
    }
    return draw(spec, "How the price came about, rule by rule", figures)


def _step(place: int, name: str, price: str, before: float, after: float) -> dict[str, Any]:
    kind = "price" if before == after else "raised" if after > before else "lowered"
    return {
        "place": place,
        # two rules may be called the same
        "name": f"{place} {name}",
        "short": f"{name.partition(';')[0]}: {price}",
        "from": before,
        "to": after,
        "kind": kind,
        "said": f"{name}: {price}",
    }
