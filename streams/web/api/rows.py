"""Rows of the store as the API's shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.values.instants import to_text
from schemas.values.money import to_text as money_text
from streams.web.api.shapes import AlertShape, OfferShape, ProposalShape

Row = Mapping[str, Any]


def money(row: Row, name: str) -> str | None:
    """An amount of a row as exact text."""
    minor, currency = row[name], row["currency"]
    return None if minor is None or currency is None else money_text(int(minor), currency)


def instant(ms: int | None) -> str | None:
    """An instant as text."""
    return None if ms is None else to_text(ms)


def offer(row: Row) -> OfferShape:
    """An offer's row."""
    return OfferShape(**offer_fields(row))


def offer_fields(row: Row) -> dict[str, Any]:
    """The fields of an offer's shape."""
    same = ("sku", "channel", "name", "category", "brand", "currency", "revision", "margin")
    more = ("on_hand", "policy_id", "outcome", "reason", "decision_id", "acknowledged")
    return {
        **{name: row[name] for name in (*same, *more)},
        "price": money(row, "price"),
        "previous_price": money(row, "previous"),
        "changed_at": instant(row["changed_at"]),
        "lowest_prior_price_30d": money(row, "lowest_30d"),
        "cost": money(row, "cost"),
        "competitor": row["competitor"],
        "competitor_price": money(row, "competitor_price"),
        "sold_30d": row["sold"],
        "proposal": None if row["proposed_at"] is None else proposal(row),
    }


def proposal(row: Row) -> ProposalShape:
    """The proposal of an offer's row."""
    return ProposalShape(
        decision_id=row["proposal_id"],
        sku=row["sku"],
        channel=row["channel"],
        currency=row["currency"],
        price=money(row, "price"),
        proposed=money(row, "proposed"),
        step=row["proposed_step"],
        expected_gain=money(row, "proposed_gain"),
        margin=row["proposed_margin"],
        since=instant(row["proposed_at"]),
    )


def change(row: Row, currency: str | None) -> dict[str, Any]:
    """A change's row."""
    held = {**row, "currency": currency}
    return {
        "decision_id": row["decision_id"],
        "revision": row["revision"],
        "time": instant(row["time"]),
        "price": money(held, "price"),
        "previous_price": money(held, "previous"),
        "reason": row["reason"],
        "policy_id": row["policy_id"],
    }


def alert(row: Row) -> AlertShape:
    """An alert's row."""
    names = ("id", "kind", "severity", "sku", "channel", "message", "acknowledged_by")
    return AlertShape(**{name: row[name] for name in names}, time=to_text(row["time"]))
