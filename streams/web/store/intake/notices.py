"""`pricing-alerts` and `dead-letters`: what somebody should look at."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from streams.web.store.database import put
from streams.web.store.intake.record import Taken, instant, readable
from streams.web.store.tables.shop import alerts, dead_letters


class _Alert(msgspec.Struct):
    kind: str
    severity: str
    message: str
    time: str
    sku: str | None = None
    channel: str | None = None


def take_alerts(connection: Connection, records: Sequence[Taken]) -> None:
    """Alerts; a repetition of one that was acknowledged does not bring it back."""
    rows = [
        {
            "partition": record.partition,
            "offset": record.offset,
            "time": instant(value.time, record.timestamp),
            "kind": value.kind,
            "severity": value.severity,
            "sku": value.sku,
            "channel": value.channel,
            "message": value.message,
        }
        for record, value in readable(records, _Alert)
    ]
    put(connection, alerts, rows, by=("partition", "offset"), replace=False)


def take_dead_letters(connection: Connection, records: Sequence[Taken]) -> None:
    """Where each came from and why it was refused; its content stays in Kafka."""
    rows = []
    for record in records:
        labels = {name: (text or b"").decode("utf-8", "replace") for name, text in record.headers}
        rows.append(
            {
                "partition": record.partition,
                "offset": record.offset,
                "time": record.timestamp,
                "error": labels.get("error", ""),
                "source_topic": labels.get("source-topic", ""),
                "source_partition": labels.get("source-partition", ""),
                "source_offset": labels.get("source-offset", ""),
                "size": len(record.value or b""),
            }
        )
    put(connection, dead_letters, rows, by=("partition", "offset"), replace=False)
