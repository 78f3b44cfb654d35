"""What the pages ask of policies: their versions, and what they come to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from streams.web.store.intake.record import unpacked
from streams.web.store.reading import Row, rows
from streams.web.store.tables.shop import offers, policies


def current_policies(connection: Connection) -> list[dict[str, Any]]:
    """The policies in force or at rest, highest priority first, each with its document."""
    found = (
        select(policies)
        .where(policies.c.current)
        .order_by(policies.c.priority.desc(), policies.c.policy_id)
    )
    return [{**row, "document": unpacked(row["body"])} for row in rows(connection, found)]


def policy_versions(
    connection: Connection, policy_id: str, limit: int = 50
) -> list[dict[str, Any]]:
    """All versions of a policy that were published, newest first."""
    found = (
        select(policies)
        .where(policies.c.policy_id == policy_id)
        .order_by(policies.c.id.desc())
        .limit(limit)
    )
    return [{**row, "document": unpacked(row["body"])} for row in rows(connection, found)]


def policy_work(connection: Connection) -> dict[str, Row]:
    """Per policy: offers that it prices, and those that wait."""
    found = (
        select(
            offers.c.policy_id,
            func.count().label("offers"),
            func.count().filter(offers.c.proposed_at.is_not(None)).label("waiting"),
            func.avg(offers.c.margin).label("margin"),
        )
        .where(offers.c.policy_id.is_not(None), offers.c.listed)
        .group_by(offers.c.policy_id)
    )
    return {row["policy_id"]: row for row in rows(connection, found)}


def decisions_by_policy(connection: Connection) -> dict[str, list[Row]]:
    """What the offers' last decisions came to, by policy, most frequent first."""
    found = (
        select(offers.c.policy_id, offers.c.outcome, offers.c.reason, func.count().label("number"))
        .where(offers.c.policy_id.is_not(None), offers.c.outcome.is_not(None))
        .group_by(offers.c.policy_id, offers.c.outcome, offers.c.reason)
        .order_by(func.count().desc())
    )
    came_to: dict[str, list[Row]] = {}
    for row in rows(connection, found):
        came_to.setdefault(row["policy_id"], []).append(row)
    return came_to
