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
from markupsafe import Markup

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


def draw(spec: Mapping[str, Any], label: str) -> Markup:
    """The chart, with `label` for who does not see it. Marks tell their `description` on hover."""
    return Markup(_drawn(msgspec.json.encode(spec), label))


@lru_cache(maxsize=KEPT)
def _drawn(encoded: bytes, label: str) -> str:
    spec = msgspec.json.decode(encoded)
    with _LOCK:
        svg = vl_convert.vegalite_to_svg(spec, config=CONFIG, allowed_base_urls=[])
    # a group of marks without any is nothing that a screen reader could name
    svg = _EMPTY.sub("<g></g>", svg)
    return _SIZE.sub(f'<svg role="img" aria-label="{escape(label)}" \\1', svg, count=1)


def warm() -> None:
    """Start the engine, which takes a second."""
    draw({"data": {"values": []}, "mark": "point"}, "")


def layered(rows: Rows, layers: Sequence[Mapping[str, Any]], height: int, **more: Any) -> Any:
    """Layers over the same rows."""
    return {
        "width": WIDTH,
        "height": height,
        "data": {"values": list(rows)},
        "layer": list(layers),
        **more,
    }
