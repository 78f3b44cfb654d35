"""What the pages ask of planned promotions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, exists, select

from schemas.values.instants import to_ms
from streams.web.store.intake.documents import document_key
from streams.web.store.intake.record import unpacked
from streams.web.store.tables.shop import documents

#: Newest plans without an answer that are looked at.
MOST = 2000


def waiting_plans(connection: Connection, now: int) -> Sequence[Mapping[str, Any]]:
    """Plans that somebody may still start or decline at the event time `now` (ms), newest first."""
    answers = documents.alias()
    answered = exists().where(answers.c.kind == "promotions", answers.c.key == documents.c.key)
    found = (
        select(documents.c.body)
        .where(documents.c.kind == "promotion-plans", ~answered)
        .order_by(documents.c.time.desc(), documents.c.key)
        .limit(MOST)
    )
    plans = map(unpacked, connection.execute(found).scalars())
    return [plan for plan in plans if "promotion_id" in plan and to_ms(plan["starts_at"]) > now]


def results_of(
    connection: Connection, plans: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """What plans brought, as far as it is known, by their ids."""
    keys = [
        document_key("promotion-results", {**each, "promotion_id": each["plan_id"]})
        for each in plans
    ]
    found = select(documents.c.body).where(
        documents.c.kind == "promotion-results", documents.c.key.in_([key for key in keys if key])
    )
    results = map(unpacked, connection.execute(found).scalars())
    return {each["promotion_id"]: each for each in results}
