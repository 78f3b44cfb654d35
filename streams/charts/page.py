"""The page around plots: light and dark, wide and narrow, with nothing loaded from elsewhere."""

from __future__ import annotations

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
