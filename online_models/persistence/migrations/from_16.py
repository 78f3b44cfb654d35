"""Version 16 → 17: windows keep what most lines paid, offers and channels what that says of prices.

No price is in shadow. Windows that are open know nothing of the lines before: they count as without
news. Competitors know since when their prices come.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

#: What order lines of a window paid: columns of integers, and their width.
_LINES = {"kept_price": (2,), "kept_lines": (2,), "public_lines": ()}
#: Before all prices, and a day later still is: competitors of before are proven.
_LONG_AGO = np.iinfo(np.int64).min // 2
_CHANNELS = ("confirmed", "contradicted", "clicks_right", "clicks_wrong")


def migrate(state: Mapping[str, Any]) -> dict[str, Any]:
    """The whole state."""
    windows, listing, pricing = state["windows"], state["listing"], state["pricing"]
    offers = len(listing["seen"])
    flags = {name: np.zeros(offers, np.bool_) for name in ("contradicted", "doubted")}
    competitors = state["competitors"]
    since = np.full_like(competitors["entries"]["time"], _LONG_AGO)
    entries = {**competitors["entries"], "since": since}
    channels = {name: np.zeros(0) for name in _CHANNELS}
    return {
        **state,
        "competitors": {**competitors, "entries": entries},
        "listing": {**listing, "confirmed_price": np.full(offers, np.nan), **flags},
        "windows": {**windows, **{name: _windows(windows[name]) for name in ("coarse", "fine")}},
        "pricing": {**pricing, "ledger": {**pricing["ledger"], "shadow": flags["doubted"]}},
        "price_evidence": {"channels": {**channels, "reported_ms": np.zeros(0, np.int64)}},
    }


def _windows(tumbling: Mapping[str, Any]) -> dict[str, Any]:
    return {**tumbling, "open": {k: _sums(sums) for k, sums in tumbling["open"].items()}}


def _sums(sums: Mapping[str, Any]) -> dict[str, Any]:
    rows = len(sums["units"])
    lines = {name: np.zeros((rows, *width), np.int64) for name, width in _LINES.items()}
    prices = {name: np.zeros(rows) for name in ("first_price", "last_price")}
    return {**sums, **lines, **prices}
