"""Which alerts were told of, what waits to be sent, and what was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from streams.web.notify.message import Message
from streams.web.store.database import put, writing
from streams.web.store.reading import SEVERITIES
from streams.web.store.tables.people import deliveries, notified
from streams.web.store.tables.shop import alerts
from streams.web.words.alerts import advice, title
from streams.web.words.alerts import message as in_words

HOUR_MS = 3_600_000
#: Attempts before a message is given up, the first waits between them, and the longest.
MOST_ATTEMPTS = 12
FIRST_WAIT_MS = 10_000
LOG = 1000
#: Texts of single alerts that a message quotes.
QUOTED = 3
DIGEST = "digest"


def tell(store: Engine, receivers: Sequence[str], now: int) -> None:
    """Put down a message for every kind of which there are new alerts, at most one an hour.

    What there was before the first call is no news.
    """
    with writing(store).begin() as connection:
        newest = connection.execute(select(func.max(alerts.c.id))).scalar() or 0
        notified_by_kind = {row.kind: row for row in connection.execute(select(notified))}
        begin = notified_by_kind.get("")
        if begin is None or begin.alert_id > newest:
            connection.execute(delete(notified).where(notified.c.kind != DIGEST))
            _note(connection, "", newest, now)
            return
        kinds = connection.execute(
            select(alerts.c.kind)
            .where(alerts.c.id > begin.alert_id)
            .distinct()
            .order_by(alerts.c.kind)
        ).scalars()
        for kind in list(kinds):
            last = notified_by_kind.get(kind)
            if last is not None and now - last.sent_at < HOUR_MS:
                continue
            message = _of_alerts(
                connection, kind, begin.alert_id if last is None else last.alert_id
            )
            if message is not None:
                _put_down(connection, receivers, message, now)
                _note(connection, kind, newest, now)


def _of_alerts(connection: Connection, kind: str, after: int) -> Message | None:
    mine = (alerts.c.kind == kind, alerts.c.id > after, alerts.c.acknowledged_at.is_(None))
    rows = connection.execute(
        select(alerts.c.message, alerts.c.severity).where(*mine).order_by(alerts.c.id.desc())
    ).all()
    if not rows:
        return None
    worst = max((row.severity for row in rows), key=_rank)
    quoted = [in_words(row.message) for row in rows[:QUOTED]]
    more = [f"and {len(rows) - QUOTED:,} more"] if len(rows) > QUOTED else []
    name = title(kind)
    said = f"{name[:1].upper()}{name[1:]}: {len(rows):,} new"
    return Message(kind, worst, said, [*quoted, *more, advice(kind)], len(rows))


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0


def tell_digest(store: Engine, receivers: Sequence[str], message: Message, now: int) -> None:
    """Put down the day's digest."""
    with writing(store).begin() as connection:
        _put_down(connection, receivers, message, now)
        _note(connection, DIGEST, 0, now)


def last_digest(store: Engine) -> int:
    """When the last one was put down, ms; 0 where none was."""
    with store.connect() as connection:
        found = select(notified.c.sent_at).where(notified.c.kind == DIGEST)
        return connection.execute(found).scalar() or 0


def _note(connection: Connection, kind: str, alert_id: int, now: int) -> None:
    row = {"kind": kind, "alert_id": alert_id, "sent_at": now}
    put(connection, notified, [row], by=["kind"])


def _put_down(connection: Connection, receivers: Sequence[str], message: Message, now: int) -> None:
    body = msgspec.json.encode(message).decode()
    for name in receivers:
        connection.execute(
            insert(deliveries).values(
                time=now,
                receiver=name,
                kind=message.kind,
                number=message.number,
                body=body,
                state="waiting",
                attempts=0,
                next_at=now,
                error="",
            )
        )
    oldest = select(deliveries.c.id).order_by(deliveries.c.id.desc()).offset(LOG).limit(1)
    connection.execute(delete(deliveries).where(deliveries.c.id <= oldest.scalar_subquery()))


def due(store: Engine, now: int) -> Sequence[Mapping[str, Any]]:
    """What is to be sent now, oldest first."""
    found = (
        select(deliveries)
        .where(deliveries.c.state == "waiting", deliveries.c.next_at <= now)
        .order_by(deliveries.c.id)
        .limit(50)
    )
    with store.connect() as connection:
        return [dict(row) for row in connection.execute(found).mappings()]


def sent(store: Engine, number: int, now: int) -> None:
    """It has arrived."""
    _change(store, number, state="sent", next_at=now, error="")


def failed(store: Engine, number: int, attempts: int, error: str, now: int) -> None:
    """It has not: again later, or no more."""
    wait = min(FIRST_WAIT_MS * 2**attempts, HOUR_MS)
    state = "given up" if attempts + 1 >= MOST_ATTEMPTS else "waiting"
    _change(store, number, state=state, attempts=attempts + 1, next_at=now + wait, error=error)


def _change(store: Engine, number: int, **fields: Any) -> None:
    with writing(store).begin() as connection:
        connection.execute(update(deliveries).where(deliveries.c.id == number).values(**fields))


def log(connection: Connection, limit: int = 50) -> Sequence[Mapping[str, Any]]:
    """The last messages, newest first."""
    found = select(deliveries).order_by(deliveries.c.id.desc()).limit(limit)
    return [dict(row) for row in connection.execute(found).mappings()]
