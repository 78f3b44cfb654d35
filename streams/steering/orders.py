"""The records of people's commands."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import msgspec

from schemas.records.pricing_control import DECISION_ID, Rollback
from schemas.records.record import RecordError
from schemas.topics import decode
from schemas.values.instants import DAY, to_text
from streams.errors import InputError

TOPIC = "pricing-control"


def order(kind: str, actor: str, **fields: Any) -> tuple[str | None, bytes]:
    """Key and value of a command's record; what is None is left out.

    Raises
    ------
    InputError
        The record is none that the topic takes; the message names the field.
    """
    value: dict[str, Any] = {"kind": kind, "actor": actor}
    value |= {name: field for name, field in fields.items() if field is not None}
    encoded = msgspec.json.encode(value)
    try:
        record = decode(TOPIC, encoded)
    except RecordError as error:
        raise InputError(str(error)) from None
    to = record.to if isinstance(record, Rollback) else None
    if isinstance(to, str) and not DECISION_ID.fullmatch(to):
        raise InputError(
            f"to: {to!r} is neither a time such as 2026-01-31T08:00:00Z nor a decision's id such "
            "as 5d1f0c3b2a624de5ce516289-4"
        )
    sku = value.get("sku")
    return (sku if isinstance(sku, str) else None), encoded


def now(shop: int | None = None) -> str:
    """The time of an order: now.

    Where the shop's own time (ms) is more than a day behind, as in a shop that is played again, it
    is that one: the order is not to move it.
    """
    wall = time.time_ns() // 1_000_000
    return to_text(wall if shop is None or wall - shop < DAY else shop)


def selector(
    *, sku: str | None = None, channel: str | None = None, category: str | None = None
) -> Mapping[str, list[str]]:
    """Which offers a command concerns; nothing given is the whole shop."""
    named = {"skus": sku, "channels": channel, "categories": category}
    return {name: [value] for name, value in named.items() if value is not None}
