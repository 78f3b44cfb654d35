"""The console's pages, as HTML; everything that came from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlencode

from msgspec import json

from online_models.pricing.explanation.narrate import words
from streams.charts.page import STYLE
from streams.charts.svg import Curve, lines
from streams.web.board import Board, Offer

#: Rows of a table: with more offers there is the search.
ROWS = 200
#: Seconds after which a page fetches itself anew.
REFRESH = 10
_STYLE = (
    STYLE + "nav{display:flex;flex-wrap:wrap;gap:4px 20px;margin-bottom:20px;padding-bottom:10px;"
    "border-bottom:1px solid var(--line)}nav a,td a{color:inherit}nav b{margin-right:8px}"
    "th.text,td.text{text-align:left}td.text{white-space:normal;min-width:180px;overflow-wrap:anywhere}"
    "form{margin:8px 0}input{font:inherit;padding:4px 8px;width:min(320px,100%)}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere}code{font-size:14px}"
    # on a phone a row becomes a block, each cell with its head before it
    "@media(max-width:640px){tr:has(th){display:none}tr{display:block;padding:8px 0;"
    "border-bottom:1px solid var(--line)}td,td.text{display:block;border:0;padding:1px 0;"
    "text-align:left;white-space:normal;min-width:0;overflow-wrap:anywhere}"
    "td::before{content:attr(data-head) ' ';color:var(--soft);margin-right:6px}}"
    ".plot{max-width:640px}li{margin:4px 0;overflow-wrap:anywhere}"
)
_PAGES = {
    "/": "Overview",
    "/offers": "Offers",
    "/alerts": "Alerts",
    "/dead-letters": "Dead letters",
}


def _how_to_approve(decision_id: str) -> str:
    """How to approve: the console only reads."""
    order = json.encode({"kind": "approve", "decision_id": decision_id, "actor": "YOUR NAME"})
    command = (
        f"echo '{order.decode()}' | kafka-console-producer.sh --bootstrap-server HOST:PORT "
        "--topic pricing-control"
    )
    return (
        "<p>This page only reads. To approve this proposal, send this command to the topic "
        "<code>pricing-control</code>, with any producer; to refuse "
        f'it, <code>"reject"</code>:</p><pre>{escape(command)}</pre><p>A command that cannot be '
        "carried out comes back as an alert, <code>control_ignored</code>.</p>"
    )


def page(title: str, body: str, *, refresh: bool = True) -> str:
    """A whole page."""
    links = "".join(f'<a href="{path}">{name}</a>' for path, name in _PAGES.items())
    anew = f'<meta http-equiv="refresh" content="{REFRESH}">' if refresh else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"{anew}<title>{escape(title)} – Pricetide</title><style>{_STYLE}</style>"
        f"<nav><b>Pricetide</b>{links}</nav><h1>{escape(title)}</h1>{body}</html>"
    )


def overview(board: Board) -> str:
    """Figures, what waits for approval, and the latest alerts."""
    names = {
        "offers": "offers priced",
        "waiting": "proposals that wait for approval",
        "changes": "price changes read",
        "decisions": "decisions read",
        "alerts": "alerts read",
        "dead_letters": "dead letters read",
    }
    figures = "".join(
        f"<dt>{names[name]}</dt><dd>{number:,}</dd>" for name, number in board.summary().items()
    )
    waiting = [offer for offer in board.offers.values() if offer.waiting is not None]
    body = f"<dl>{figures}</dl>"
    if not board.offers:
        body += "<p>No price has been decided yet: the pricer needs products and a worker.</p>"
    if waiting:
        body += "<h2>Waiting for approval</h2>" + _proposals(waiting[:ROWS])
        body += _how_to_approve("DECISION_ID")
    moved = [offer for offer in board.offers.values() if offer.changes]
    moved.sort(key=lambda offer: offer.changes[-1][0], reverse=True)
    if moved:
        body += "<h2>Changed last</h2>" + _offers(moved[:20])
    if board.alerts:
        body += "<h2>Latest alerts</h2>" + _alerts(list(board.alerts)[:-11:-1])
    return page("Overview", body)


def offers(board: Board, wanted: str) -> str:
    """All offers whose SKU or channel contains `wanted`."""
    needle = wanted.casefold()
    found = [
        offer
        for _, offer in sorted(board.offers.items())
        if needle in offer.sku.casefold() or needle in offer.channel.casefold()
    ]
    form = (
        '<form><input name="q" type="search" placeholder="SKU or channel" aria-label="search" '
        f'value="{escape(wanted)}"></form>'
    )
    more = f", the first {ROWS} of which are here" if len(found) > ROWS else ""
    body = f"{form}<p>{len(found):,} offers{more}.</p>{_offers(found[:ROWS])}"
    return page("Offers", body, refresh=False)


def offer(found: Offer) -> str:
    """One offer: the path of its price, and its last decision in words."""
    body = f"<p class=headline>{escape(found.price)} {escape(found.currency)} "
    body += f"on {escape(found.channel)}</p>"
    if found.changes:
        body += f'<div class="plot">{_path(found)}</div>'
    if found.decisions:
        last = found.decisions[-1]
        body += "<h2>Last decision</h2>" + _told(words(last))
        body += "<h2>Decisions</h2>" + _table(
            ("time", "outcome", "price", "reason", "policy"),
            (
                (
                    _link("/decision", {"id": decision["decision_id"]}, _instant(decision["time"])),
                    escape(decision["outcome"]),
                    escape(decision["price"]),
                    escape(decision["reason"]),
                    escape(decision["policy_id"]),
                )
                for decision in reversed(found.decisions)
            ),
        )
    return page(found.sku, body)


def decision(found: dict[str, Any]) -> str:
    """One decision in words."""
    back = {"sku": found["sku"], "channel": found["channel"]}
    body = _told(words(found)) + f"<p>{_link('/offer', back, escape(found['sku']))}</p>"
    if found["outcome"] == "proposed":
        body += _how_to_approve(found["decision_id"])
    return page(f"Decision {found['decision_id']}", body, refresh=False)


def alerts(board: Board) -> str:
    """The latest alerts, newest first."""
    found = list(reversed(board.alerts))[:ROWS]
    return page("Alerts", _alerts(found) if found else "<p>No alerts.</p>")


def dead_letters(board: Board) -> str:
    """The latest dead letters, newest first: where each came from and why it was refused."""
    found = list(reversed(board.dead))[:ROWS]
    rows = (
        (
            f"{escape(letter.get('source-topic', ''))}-{escape(letter.get('source-partition', ''))}"
            f" @ {escape(letter.get('source-offset', ''))}",
            f"{letter['bytes']:,}",
            escape(letter.get("error", "")),
        )
        for letter in found
    )
    body = _table(("source", "bytes", "reason"), rows, texts=(2,)) if found else "<p>None.</p>"
    return page("Dead letters", body)


def missing(what: str) -> str:
    """What was asked for is not here."""
    return page("Not found", f"<p>{escape(what)}</p>", refresh=False)


def _offers(found: Iterable[Offer]) -> str:
    rows = []
    for each in found:
        last = each.decisions[-1] if each.decisions else None
        rows.append(
            (
                _link("/offer", {"sku": each.sku, "channel": each.channel}, escape(each.sku)),
                escape(each.channel),
                f"{escape(each.price)} {escape(each.currency)}",
                _instant(each.changes[-1][0]) if each.changes else "–",
                escape(f"{last['outcome']}: {last['reason']}") if last else "–",
            )
        )
    return _table(("sku", "channel", "price", "changed", "last decision"), rows)


def _proposals(found: Iterable[Offer]) -> str:
    rows = []
    for each in found:
        asked = each.decisions[-1]
        name = asked["decision_id"]
        rows.append(
            (
                _link("/offer", {"sku": each.sku, "channel": each.channel}, escape(each.sku)),
                escape(each.channel),
                f"{escape(each.price)} {escape(each.currency)}",
                escape(asked["price"]),
                _instant(asked["time"]),
                _link("/decision", {"id": name}, escape(name)),
            )
        )
    return _table(("sku", "channel", "price", "proposed", "since", "decision"), rows)


def _alerts(found: Iterable[dict[str, Any]]) -> str:
    rows = (
        (
            _instant(alert["time"]),
            escape(alert["severity"]),
            escape(alert["kind"]),
            escape(alert.get("sku") or "–"),
            escape(alert["message"]),
        )
        for alert in found
    )
    return _table(("time", "severity", "kind", "sku", "message"), rows, texts=(4,))


def _path(found: Offer) -> str:
    until = found.decisions[-1]["time"] if found.decisions else found.changes[-1][0]
    instants = [_days(at) for at, _ in found.changes]
    prices = [float(price) for _, price in found.changes]
    instants.append(max(_days(until), instants[-1]))
    prices.append(prices[-1])
    # a price holds until the next one
    x = [at - instants[0] for at in instants for _ in range(2)][1:]
    y = [price for price in prices for _ in range(2)][:-1]
    since = f"days since {_instant(found.changes[0][0])}"
    return lines("price", {"price": Curve(x, y, "c0")}, y_label=found.currency, x_label=since)


def _days(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() / 86_400


def _told(sentences: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(each)}</li>" for each in sentences) + "</ul>"


def _instant(text: str) -> str:
    return escape(text[:19].replace("T", " "))


def _link(path: str, query: dict[str, str], shown: str) -> str:
    return f'<a href="{path}?{escape(urlencode(query))}">{shown}</a>'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], texts: Sequence[int] = ()) -> str:
    head = "".join(
        f'<th class="text">{name}</th>' if place in texts else f"<th>{name}</th>"
        for place, name in enumerate(heads)
    )
    body = "".join(
        "<tr>" + "".join(_cell(heads[i], cell, i in texts) for i, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def _cell(head: str, cell: str, text: bool) -> str:
    kind = ' class="text"' if text else ""
    return f'<td{kind} data-head="{head}">{cell}</td>'
