"""Plots as inline SVG: lines over days, and dots with intervals. Colours come from the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, isfinite, log10

WIDTH, HEIGHT = 520, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 26, 34
ROW = 26


@dataclass(frozen=True)
class Curve:
    """One curve; points that are not finite break it. `style` is a class of the page."""

    x: Sequence[float]
    y: Sequence[float]
    style: str


@dataclass(frozen=True)
class Axis:
    """Maps data to pixels, linearly or by logarithm."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        low, high, at = self.low, self.high, value
        if self.logarithmic:
            low, high, at = log10(low), log10(high), log10(value)
        return self.start + (at - low) / ((high - low) or 1.0) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round values, at most about six."""
        if self.logarithmic:
            exponents = range(floor(log10(self.low)), floor(log10(self.high)) + 1)
            decades = [10.0**e for e in exponents if self.low <= 10.0**e <= self.high]
            if len(decades) > 1:
                return decades[:: max(1, len(decades) // 5)]
            return [self.low, self.high]
        raw = (self.high - self.low) / 5 or 1.0
        unit = 10.0 ** floor(log10(raw))
        step = next(unit * m for m in (1, 2, 5, 10) if unit * m >= raw * 0.999)
        first = -floor(-self.low / step)
        return [n * step for n in range(first, floor(self.high / step + 1e-9) + 1)]


def lines(
    title: str,
    curves: Mapping[str, Curve],
    *,
    log: bool = False,
    y_label: str = "",
    x_label: str = "days",
) -> str:
    """Curves; with `log` both axes are logarithmic and points below 0 are left out."""
    points = {
        name: [(x, y) for x, y in zip(line.x, line.y, strict=True) if _drawn(x, y, log)]
        for name, line in curves.items()
    }
    everything = [point for found in points.values() for point in found]
    if not everything:
        return ""
    ys = [y for _, y in everything]
    low, high = min(ys), max(ys)
    if not log:
        margin = 0.06 * (high - low or abs(high) or 1.0)
        low, high = low - margin, high + margin
    xs = [x for x, _ in everything]
    x = Axis(min(xs), max(xs), LEFT, WIDTH - RIGHT, log)
    y = Axis(low, high, HEIGHT - BOTTOM, TOP, log)
    drawn = [_frame(f"{title} ({y_label})" if y_label else title, x, y, x_label)]
    for name, line in curves.items():
        path = " ".join(f"{x(px):.1f},{y(py):.1f}" for px, py in points[name])
        drawn.append(
            f'<polyline class="{line.style}" points="{path}"><title>{escape(name)}</title>'
            "</polyline>"
        )
    return _wrapped(title, HEIGHT, drawn)


def dots(title: str, values: Mapping[str, tuple[float, float, float, str]]) -> str:
    """Means with intervals, one row each: name → (mean, lower, upper, style)."""
    height = TOP + BOTTOM + ROW * len(values)
    finite = [v for row in values.values() for v in row[:3] if isfinite(v)]
    spread = 0.05 * (max(finite) - min(finite) or 1.0)
    left = 130
    x = Axis(min(finite) - spread, max(finite) + spread, left, WIDTH - RIGHT - 44)
    drawn = [f'<text class="title" x="0" y="14">{escape(title)}</text>']
    drawn += [
        f'<line class="grid" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP}" '
        f'y2="{height - BOTTOM}"/><text class="tick" x="{x(tick):.1f}" '
        f'y="{height - BOTTOM + 16}" text-anchor="middle">{tick:g}</text>'
        for tick in x.ticks()
    ]
    for row, (name, (mean, lower, upper, style)) in enumerate(values.items()):
        y = TOP + ROW * (row + 0.5)
        drawn.append(f'<text class="name" x="0" y="{y + 4:.1f}">{escape(name)}</text>')
        if isfinite(lower):
            drawn.append(
                f'<line class="{style} bar" x1="{x(lower):.1f}" x2="{x(upper):.1f}" '
                f'y1="{y:.1f}" y2="{y:.1f}"/>'
            )
        drawn.append(f'<circle class="{style} dot" cx="{x(mean):.1f}" cy="{y:.1f}" r="4.5"/>')
        edge = x(upper if isfinite(upper) else mean) + 8
        drawn.append(f'<text class="tick" x="{edge:.1f}" y="{y + 4:.1f}">{mean:.3f}</text>')
    return _wrapped(title, height, drawn)


def _drawn(x: float, y: float, log: bool) -> bool:
    return isfinite(x) and isfinite(y) and (not log or (x > 0 and y > 0))


def _frame(label: str, x: Axis, y: Axis, x_label: str) -> str:
    drawn = [f'<text class="title" x="0" y="14">{escape(label)}</text>']
    drawn += [
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" '
        f'y2="{y(tick):.1f}"/><text class="tick" x="{LEFT - 6}" y="{y(tick) + 4:.1f}" '
        f'text-anchor="end">{_short(tick)}</text>'
        for tick in y.ticks()
    ]
    drawn += [
        f'<text class="tick" x="{x(tick):.1f}" y="{HEIGHT - BOTTOM + 16}" '
        f'text-anchor="middle">{_short(tick)}</text>'
        for tick in x.ticks()
    ]
    drawn.append(
        f'<text class="tick" x="{WIDTH - RIGHT}" y="{HEIGHT - 4}" text-anchor="end">'
        f"{escape(x_label)}</text>"
    )
    return "".join(drawn)


def _short(value: float) -> str:
    if abs(value) >= 1e6:
        return f"{value / 1e6:g}M"
    return f"{value / 1e3:g}k" if abs(value) >= 1e4 else f"{value:.6g}"


def _wrapped(title: str, height: float, drawn: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">'
        f"{''.join(drawn)}</svg>"
    )


#: Colours that stay apart for colour-blind readers (Okabe and Ito 2008), in both schemes.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d3b", "#7a5fb0")

_RULES = "".join(
    f".{name}{{--ink:{colour}}}"
    for name, colour in [
        *((f"c{place}", colour) for place, colour in enumerate(_COLOURS)),
        ("static", "#8b949e"),
        ("best", "var(--text)"),
    ]
)

STYLE = (
    ":root{color-scheme:light dark;--text:#1f2328;--soft:#656d76;--line:#d8dee4;--page:#fff}"
    "@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--soft:#8d96a0;--line:#30363d;"
    "--page:#0d1117}}"
    "body{font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--page);"
    "max-width:1120px;margin:0 auto;padding:24px 20px}"
    "h1{font-size:26px;margin:0 0 8px}h2{font-size:19px;margin:36px 0 4px}"
    ".headline{font-size:17px;margin:4px 0 14px}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:3px 18px;margin:8px 0}"
    "dt{color:var(--soft)}dd{margin:0}"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "th,td{padding:5px 14px 5px 0;text-align:right;border-bottom:1px solid var(--line);"
    "white-space:nowrap}th{color:var(--soft);font-weight:500}"
    "th:first-child,td:first-child{text-align:left}"
    ".key{display:flex;flex-wrap:wrap;gap:4px 18px;margin:16px 0 6px}"
    ".key i{display:inline-block;width:16px;height:3px;background:var(--ink);"
    "margin-right:6px;vertical-align:middle}"
    ".plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));"
    "gap:22px 28px}svg{width:100%;height:auto}"
    "svg text{fill:var(--text);font:12px system-ui,sans-serif}"
    "svg .title{font-weight:600;font-size:13px}svg .tick{fill:var(--soft);font-size:11px}"
    "svg .grid{stroke:var(--line)}"
    "polyline{fill:none;stroke:var(--ink);stroke-width:1.6;stroke-linejoin:round}"
    "polyline.best{stroke-dasharray:5 3}.dot{fill:var(--ink)}"
    ".bar{stroke:var(--ink);stroke-width:3;opacity:.55}"
    "footer,section>p:last-child{color:var(--soft);font-size:13px}footer{margin-top:32px}" + _RULES
)


def page(title: str, body: str, footer: str) -> str:
    """A whole HTML document; all three are HTML already."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Pricetide: {title}</title><style>{STYLE}</style></head><body>"
        f"{body}<footer>{footer}</footer></body></html>\n"
    )
