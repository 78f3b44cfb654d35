"""What people did: who, what, to what, and why."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, or_, select, update

from streams.web.store.database import writing
from streams.web.store.tables.people import audit


def write_down(
    store: Engine,
    actor: str,
    action: str,
    target: str,
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
) -> int:
    """One entry; returns its row number."""
    with writing(store).begin() as connection:
        return enter(connection, actor, action, target, reason, detail)


def enter(
    connection: Connection,
    actor: str,
    action: str,
    target: str,
    reason: str,
    detail: Mapping[str, Any] | None,
) -> int:
    """As `write_down`, together with what else the connection writes."""
    entry = insert(audit).values(
        time=time.time_ns() // 1_000_000,
        actor=actor,
        action=action,
        target=target,
        reason=reason,
        detail=msgspec.json.encode(detail or {}).decode(),
    )
    written: int = connection.execute(entry.returning(audit.c.id)).scalar_one()
    return written


def unconfirmed(store: Engine, entry: int) -> None:
    """Add to an entry that nobody knows whether it was done."""
    said = {"reason": audit.c.reason + " (Kafka did not confirm it)"}
    with writing(store).begin() as connection:
        connection.execute(update(audit).where(audit.c.id == entry).values(said))


def take_back(store: Engine, entry: int) -> None:
    """Take an entry away again: what it says was refused, and surely not done."""
    with writing(store).begin() as connection:
        connection.execute(delete(audit).where(audit.c.id == entry))


def entries(
    store: Engine, word: str = "", limit: int = 200, before: int | None = None
) -> Sequence[Any]:
    """The newest entries that hold the word, newest first; `before`: below this row number."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if word:
        columns = (audit.c.actor, audit.c.action, audit.c.target, audit.c.reason)
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    if before is not None:
        query = query.where(audit.c.id < before)
    with store.connect() as connection:
        return connection.execute(query).all()


def last_of(store: Engine, action: str, targets: Sequence[str]) -> dict[str, str]:
    """Who did this to each of the targets last."""
    query = (
        select(audit.c.target, audit.c.actor)
        .where(audit.c.action == action, audit.c.target.in_(list(targets)))
        .order_by(audit.c.id)
    )
    with store.connect() as connection:
        return {row.target: row.actor for row in connection.execute(query)}
