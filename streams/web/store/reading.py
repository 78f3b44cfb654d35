"""What the pages ask of the store, beside offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, case, func, select

from schemas.values.instants import DAY
from streams.web.store.intake.record import unpacked
from streams.web.store.tables.shop import (
    alerts,
    changes,
    competitor_prices,
    dead_letters,
    decisions,
    documents,
    observations,
    offers,
)

Row = Mapping[str, Any]
SEVERITIES = ("info", "warning", "critical")
_RANKS = case(
    {name: rank for rank, name in enumerate(SEVERITIES)}, value=alerts.c.severity, else_=0
)


def latest_time(connection: Connection) -> int | None:
    """The event time that the shop has come to: of its newest decision, change or sale."""
    found = [
        connection.execute(select(func.max(column))).scalar()
        for column in (offers.c.decided_at, changes.c.time)
    ]
    known = [time for time in found if time is not None]
    return max(known, default=None)


def decision(connection: Connection, decision_id: str) -> dict[str, Any] | None:
    """The record of a decision that is still kept."""
    found = select(decisions.c.body).where(decisions.c.decision_id == decision_id)
    body = connection.execute(found).scalar()
    return None if body is None else unpacked(body)


def decisions_named(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The records of those decisions that are still kept, by their ids."""
    found = select(decisions.c.decision_id, decisions.c.body).where(
        decisions.c.decision_id.in_(ids)
    )
    return {name: unpacked(body) for name, body in connection.execute(found)}


def decisions_of(connection: Connection, offer_id: int, limit: int = 40) -> list[dict[str, Any]]:
    """The records of an offer's decisions, newest first."""
    found = (
        select(decisions.c.body)
        .where(decisions.c.offer_id == offer_id)
        .order_by(decisions.c.id.desc())
        .limit(limit)
    )
    return [unpacked(body) for body in connection.execute(found).scalars()]


def changes_of(connection: Connection, offer_id: int, limit: int = 1000) -> list[Row]:
    """An offer's changes, oldest first."""
    found = (
        select(changes)
        .where(changes.c.offer_id == offer_id)
        .order_by(changes.c.revision.desc())
        .limit(limit)
    )
    return rows(connection, found)[::-1]


def observations_of(connection: Connection, offer_id: int, limit: int = 400) -> list[Row]:
    """An offer's buckets, oldest first."""
    found = (
        select(observations)
        .where(observations.c.offer_id == offer_id)
        .order_by(observations.c.start.desc())
        .limit(limit)
    )
    return rows(connection, found)[::-1]


def competitor_prices_of(connection: Connection, sku: str) -> list[Row]:
    """What each competitor asks for a product, cheapest first."""
    found = (
        select(competitor_prices)
        .where(competitor_prices.c.sku == sku)
        .order_by(competitor_prices.c.price)
    )
    return rows(connection, found)


def changes_between(connection: Connection, since: int, until: int) -> Mapping[str, Any]:
    """How many prices went up and down in [since, until]."""
    found = select(
        func.count().label("all"),
        func.count().filter(changes.c.step > 0).label("up"),
        func.count().filter(changes.c.step < 0).label("down"),
        func.avg(changes.c.step).label("mean"),
    ).where(changes.c.time >= since, changes.c.time <= until)
    return dict(connection.execute(found).mappings().one())


def gains_between(connection: Connection, since: int, until: int) -> dict[str, int]:
    """Per currency: what the changes in [since, until] are expected to bring, in minor units."""
    found = (
        select(offers.c.currency, func.sum(decisions.c.gain))
        .join(decisions, decisions.c.decision_id == changes.c.decision_id)
        .join(offers, offers.c.id == changes.c.offer_id)
        .where(changes.c.time >= since, changes.c.time <= until, decisions.c.gain.is_not(None))
        .group_by(offers.c.currency)
    )
    return {currency: int(total) for currency, total in connection.execute(found) if currency}


def largest_moves(connection: Connection, since: int, limit: int = 10) -> list[Row]:
    """The changes since then that went furthest, with their offers."""
    found = (
        select(changes, offers.c.sku, offers.c.channel, offers.c.name, offers.c.currency)
        .join(offers, offers.c.id == changes.c.offer_id)
        .where(changes.c.time >= since, changes.c.step.is_not(None))
        .order_by(func.abs(changes.c.step).desc(), changes.c.id)
        .limit(limit)
    )
    return rows(connection, found)


def changes_by_day(connection: Connection, since: int, offset: int) -> list[Row]:
    """Per day of a zone `offset` ms ahead of UTC: prices that rose and fell."""
    day = _day(changes.c.time, offset)
    found = (
        select(
            day,
            func.count().filter(changes.c.step > 0).label("up"),
            func.count().filter(changes.c.step < 0).label("down"),
        )
        .where(changes.c.time >= since)
        .group_by(day)
        .order_by(day)
    )
    return rows(connection, found)


def alert_groups(connection: Connection, *, open_only: bool = True) -> list[Row]:
    """Alerts by kind: how many, since when, and the last one."""
    found = (
        select(
            alerts.c.kind,
            func.max(_RANKS).label("rank"),
            func.count().label("number"),
            func.min(alerts.c.time).label("first"),
            func.max(alerts.c.time).label("last"),
        )
        .group_by(alerts.c.kind)
        .order_by(func.max(_RANKS).desc(), func.max(alerts.c.time).desc())
    )
    if open_only:
        found = found.where(alerts.c.acknowledged_at.is_(None))
    return [{**row, "severity": SEVERITIES[row["rank"]]} for row in rows(connection, found)]


def alerts_like(
    connection: Connection,
    kind: str | tuple[str, ...] = "",
    *,
    open_only: bool = True,
    limit: int = 100,
    before: int | None = None,
    sku: str = "",
) -> list[Row]:
    """Single alerts, newest first."""
    found = select(alerts).order_by(alerts.c.id.desc()).limit(limit)
    if kind:
        found = found.where(alerts.c.kind.in_((kind,) if isinstance(kind, str) else kind))
    if sku:
        found = found.where(alerts.c.sku == sku)
    if open_only:
        found = found.where(alerts.c.acknowledged_at.is_(None))
    if before is not None:
        found = found.where(alerts.c.id < before)
    return rows(connection, found)


def dead_letter_groups(connection: Connection) -> list[Row]:
    """Dead letters by topic and reason."""
    found = (
        select(
            dead_letters.c.source_topic,
            dead_letters.c.error,
            func.count().label("number"),
            func.max(dead_letters.c.time).label("last"),
        )
        .group_by(dead_letters.c.source_topic, dead_letters.c.error)
        .order_by(func.count().desc())
        .limit(50)
    )
    return rows(connection, found)


def dead_letters_latest(
    connection: Connection, topic: str = "", limit: int = 100, before: int | None = None
) -> list[Row]:
    """Single dead letters, newest first."""
    found = select(dead_letters).order_by(dead_letters.c.id.desc()).limit(limit)
    if topic:
        found = found.where(dead_letters.c.source_topic == topic)
    if before is not None:
        found = found.where(dead_letters.c.id < before)
    return rows(connection, found)


def elasticities(connection: Connection) -> Row:
    """How many offers have one, and of what size they are."""
    found = select(
        func.count(offers.c.elasticity).label("offers"),
        func.avg(offers.c.elasticity).label("mean"),
        func.min(offers.c.elasticity).label("lowest"),
        func.max(offers.c.elasticity).label("highest"),
        func.avg(offers.c.elasticity_upper - offers.c.elasticity_lower).label("width"),
    )
    return dict(connection.execute(found).mappings().one())


def document(connection: Connection, kind: str, key: str) -> dict[str, Any] | None:
    """The document of a key, as it came."""
    chosen = documents.c.kind == kind, documents.c.key == key
    body = connection.execute(select(documents.c.body).where(*chosen)).scalar()
    return None if body is None else unpacked(body)


def documents_of(connection: Connection, kind: str, limit: int = 200) -> list[dict[str, Any]]:
    """Promotions, plans or models, newest first."""
    found = (
        select(documents.c.body)
        .where(documents.c.kind == kind)
        .order_by(documents.c.time.desc(), documents.c.key)
        .limit(limit)
    )
    return [unpacked(body) for body in connection.execute(found).scalars()]


def stops(connection: Connection) -> list[dict[str, Any]]:
    """Orders to stop that stand for more than single products, and to go on in a part of what was
    stopped before, newest first.
    """
    found = documents_of(connection, "pricing-control")
    pauses = [place for place, order in enumerate(found) if order["kind"] == "pause"]
    return found[: pauses[-1] + 1] if pauses else []


def changes_after(connection: Connection, number: int, limit: int = 500) -> list[Row]:
    """Changes that came into the store after row `number`, with their offers."""
    found = (
        select(changes, offers.c.sku, offers.c.channel, offers.c.name, offers.c.currency)
        .join(offers, offers.c.id == changes.c.offer_id)
        .where(changes.c.id > number)
        .order_by(changes.c.id)
        .limit(limit)
    )
    return rows(connection, found)


def alerts_after(connection: Connection, number: int, limit: int = 500) -> list[Row]:
    """Alerts that came into the store after row `number`."""
    found = select(alerts).where(alerts.c.id > number).order_by(alerts.c.id).limit(limit)
    return rows(connection, found)


def last_numbers(connection: Connection) -> tuple[int, int]:
    """The newest rows of changes and alerts."""
    found = [
        connection.execute(select(func.max(table.c.id))).scalar() for table in (changes, alerts)
    ]
    return found[0] or 0, found[1] or 0


def _day(column: Any, offset: int) -> Any:
    """When the day began that an instant lies in, as a clock `offset` ms ahead of UTC shows it."""
    shifted = column + offset
    return (shifted - shifted % DAY).label("day")


def rows(connection: Connection, query: Any) -> list[Row]:
    """The rows of a query."""
    return [dict(row) for row in connection.execute(query).mappings()]


def products_named(connection: Connection, skus: Sequence[str]) -> dict[str, str]:
    """The names of products, by SKU."""
    found = select(offers.c.sku, offers.c.name).where(offers.c.sku.in_(list(skus)[:500]))
    return {sku: name for sku, name in connection.execute(found) if name is not None}
