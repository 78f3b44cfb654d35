"""Policies that somebody, or an assistant, has drafted for somebody else to put in force."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, select

from streams.web.store.database import writing
from streams.web.store.tables.people import drafts

#: Drafts of one policy that are kept.
KEPT = 20


def save(
    store: Engine, policy_id: str, document: Mapping[str, Any], actor: str, reason: str
) -> int:
    """Keep a draft; returns its number."""
    with writing(store).begin() as connection:
        done = connection.execute(
            insert(drafts).values(
                policy_id=policy_id,
                body=msgspec.json.encode(document, order="deterministic").decode(),
                actor=actor,
                reason=reason,
                time=time.time_ns() // 1_000_000,
            )
        )
        older = (
            select(drafts.c.id)
            .where(drafts.c.policy_id == policy_id)
            .order_by(drafts.c.id.desc())
            .offset(KEPT)
        )
        connection.execute(delete(drafts).where(drafts.c.id.in_(older)))
        (number,) = done.inserted_primary_key or (0,)
        return int(number)


def listed(connection: Connection, policy_id: str = "") -> Sequence[Mapping[str, Any]]:
    """Drafts with their documents, newest first; of one policy, or of all."""
    found = select(drafts).order_by(drafts.c.id.desc()).limit(200)
    if policy_id:
        found = found.where(drafts.c.policy_id == policy_id)
    rows = connection.execute(found).mappings()
    return [{**row, "document": msgspec.json.decode(row["body"])} for row in rows]


def drop(store: Engine, policy_id: str, number: int | None = None) -> int:
    """Forget a draft, or all of a policy; returns how many there were."""
    which = [drafts.c.policy_id == policy_id]
    if number is not None:
        which.append(drafts.c.id == number)
    with writing(store).begin() as connection:
        return int(connection.execute(delete(drafts).where(*which)).rowcount)
