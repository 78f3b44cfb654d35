"""From a Vega-Lite specification to SVG inside a page."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

import msgspec
import vl_convert
from babel import Locale
from babel.numbers import get_decimal_symbol, get_group_symbol
from markupsafe import Markup

from streams.web.words.figures import Figures

WIDTH = 640
#: A chart that a phone shows whole.
SMALL = 400
#: A chart that has the page to itself.
WIDE = 1060
#: Charts that are kept: those of the offers that people look at now.
KEPT = 64
#: Vega runs in one engine, which must not be entered twice.
_LOCK = threading.Lock()
_SIZE = re.compile(r'^<svg ([^>]*?) width="[^"]*" height="[^"]*"')
CONFIG = {
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--soft)",
        "titleColor": "var(--soft)",
        "titleFontWeight": "normal",
        "gridColor": "var(--line)",
        "domain": False,
        "tickColor": "var(--line)",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "labelOverlap": True,
        # room for labels, whatever font the browser has
        "labelSeparation": 14,
    },
    "axisY": {"minExtent": 62, "labelSeparation": 2},
    "axisTemporal": {"format": "%-d %b"},
    "padding": {"left": 16, "right": 24, "top": 6, "bottom": 6},
    "legend": {
        "labelColor": "var(--text)",
        "titleColor": "var(--soft)",
        "orient": "top",
        "labelFontSize": 12,
        "symbolStrokeWidth": 3,
        "columnPadding": 30,
        "title": None,
        # above what is newest, which a phone shows first
        "layout": {"top": {"anchor": "end"}},
    },
    "text": {"color": "var(--text)", "fontSize": 12},
    "header": {"labelColor": "var(--soft)"},
}
_EMPTY = re.compile(r'<g [^>]*role="graphics-symbol"[^>]*(?:/>|></g>)')
Rows = Sequence[Mapping[str, Any]]
#: The axis of a chart over time: a phone shows the right end of it first.
BESIDE_NEWEST = {"orient": "right", "minExtent": 44}


def draw(spec: Mapping[str, Any], label: str, figures: Figures) -> Markup:
    """The chart, with `label` for who does not see it. Marks tell their `description` on hover.

    figures: in whose locale its axes have numbers and months.
    """
    return Markup(_drawn(msgspec.json.encode(spec), label, figures.locale))


@lru_cache(maxsize=KEPT)
def _drawn(encoded: bytes, label: str, locale: str) -> str:
    spec = msgspec.json.decode(encoded)
    numbers, times = _formats(locale)
    with _LOCK:
        svg = vl_convert.vegalite_to_svg(
            spec,
            config=CONFIG,
            allowed_base_urls=[],
            format_locale=numbers,
            time_format_locale=times,
        )
    # a group of marks without any is nothing that a screen reader could name
    svg = _EMPTY.sub("<g></g>", svg)
    return _SIZE.sub(f'<svg role="img" aria-label="{escape(label)}" \\1', svg, count=1)


@lru_cache(maxsize=1)
def _formats(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """How a locale writes numbers and times, as Vega wants it."""
    locale = Locale.parse(name)
    first, others = locale.decimal_formats[None].grouping
    numbers = {
        "decimal": get_decimal_symbol(locale),
        "thousands": get_group_symbol(locale),
        "grouping": [first, *[others] * 5],
        "currency": ["", ""],
    }
    months, days = locale.months["format"], locale.days["format"]
    week = (6, 0, 1, 2, 3, 4, 5)  # from Sunday on
    periods = locale.day_periods["format"]["abbreviated"]
    times = {
        "dateTime": "%-d %b %Y %H:%M",
        "date": "%-d %b %Y",
        "time": "%H:%M",
        "periods": [periods.get("am", "AM"), periods.get("pm", "PM")],
        "days": [days["wide"][day] for day in week],
        "shortDays": [days["abbreviated"][day] for day in week],
        "months": [months["wide"][month] for month in range(1, 13)],
        "shortMonths": [months["abbreviated"][month] for month in range(1, 13)],
    }
    return numbers, times


def warm() -> None:
    """Start the engine, which takes a second."""
    draw({"data": {"values": []}, "mark": "point"}, "", Figures())


def layered(rows: Rows, layers: Sequence[Mapping[str, Any]], height: int, **more: Any) -> Any:
    """Layers over the same rows."""
    return {
        "width": WIDTH,
        "height": height,
        "data": {"values": list(rows)},
        "layer": list(layers),
        **more,
    }
