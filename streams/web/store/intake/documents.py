"""Policies, promotions, plans, models and the kill switch: few, and shown whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b

import msgspec
from sqlalchemy import Connection, and_, delete, update

from schemas.records.prices.promotion_results import IDENTITY
from schemas.records.record import RecordError
from schemas.topics import TOPICS, decode
from schemas.values.limits import LONGEST_NAME
from streams.web.store.database import put
from streams.web.store.intake.record import Taken, instant, packed, readable
from streams.web.store.tables.shop import documents, policies

#: Weights are megabytes, and no page shows them.
LEFT_OUT = ("weights",)
#: What others than the pricer write, and the pricer does not use where it is malformed.
CHECKED = ("promotions", "promotion-plans", "promotion-results", "model-updates")


def take_policies(connection: Connection, records: Sequence[Taken]) -> None:
    """Each version that was published; the last of an id is the current one."""
    for record in records:
        if record.value is None:
            gone = (record.key or b"").decode("utf-8", "replace")
            connection.execute(
                update(policies).where(policies.c.policy_id == gone).values(current=False)
            )
            continue
        try:
            policy = decode(record.topic, record.value)
        except RecordError:
            continue
        connection.execute(
            update(policies).where(policies.c.policy_id == policy.policy_id).values(current=False)
        )
        row = {
            "policy_id": policy.policy_id,
            "version": policy.version,
            "status": policy.status,
            "priority": policy.priority,
            "time": record.timestamp if policy.time is None else policy.time,
            "current": True,
            "body": packed(record.value),
        }
        connection.execute(policies.insert().values(row))


def take_documents(connection: Connection, records: Sequence[Taken]) -> None:
    """The last document of each key; a tombstone takes it away."""
    for record in records:
        if record.value is None:
            gone = (record.key or b"").decode("utf-8", "replace")
            connection.execute(
                delete(documents).where(documents.c.kind == record.topic, documents.c.key == gone)
            )
            continue
        try:
            found = msgspec.json.decode(record.value)
            if record.topic in CHECKED:
                decode(record.topic, record.value)
        except (ValueError, RecursionError):
            continue
        if not isinstance(found, dict):
            continue
        key = document_key(record.topic, found)
        if key is None:
            continue
        kept = {name: value for name, value in found.items() if name not in LEFT_OUT}
        row = {
            "kind": record.topic,
            "key": key,
            "time": instant(_time(found), record.timestamp),
            "body": packed(msgspec.json.encode(kept)),
        }
        put(connection, documents, [row], by=("kind", "key"))


def take_control(connection: Connection, records: Sequence[Taken]) -> None:
    """Orders to stop and to resume that stand, the last of each selection; as the pricer does, a
    resumption of all ends every one. Those of single products may be many, and no page lists them.
    """
    for record, value in readable(records, _Switch):
        if value.kind not in ("pause", "resume"):
            continue
        if (value.select or {}).get("skus"):
            continue
        key = _selection(value.select or {})
        mine = documents.c.kind == record.topic
        everything = value.kind == "resume" and not any((value.select or {}).values())
        gone = mine if everything else and_(mine, documents.c.key == key)
        connection.execute(delete(documents).where(gone))
        if not everything:
            row = {
                "kind": record.topic,
                "key": key,
                "time": instant(value.time, record.timestamp),
                "body": packed(record.value or b""),
            }
            put(connection, documents, [row], by=("kind", "key"))


class _Switch(msgspec.Struct):
    kind: str
    select: dict[str, list[str] | None] | None = None
    time: str | int | None = None


def _selection(select: dict[str, list[str] | None]) -> str:
    """A name for what is selected: itself, where an index can hold it."""
    text = msgspec.json.encode(select, order="deterministic")
    return text.decode() if len(text) <= LONGEST_NAME else blake2b(text).hexdigest()


def document_key(topic: str, found: Mapping[str, object]) -> str | None:
    """What tells a document from others of its topic, None where it lacks that."""
    if topic == "recommendations":
        # the last one of each person
        who = next((kind for kind in ("customer", "session") if found.get(kind)), None)
        return None if who is None else f"{who}|{found[who]}"
    names = {
        "promotion-plans": ("plan_id",),
        "promotion-results": IDENTITY,
        "model-updates": ("model", "version"),
    }
    parts = [found.get(name) for name in names.get(topic, TOPICS[topic].key)]
    return None if None in parts else "|".join(str(part) for part in parts)


def _time(found: dict[str, object]) -> str | None:
    for name in ("trained_at", "time"):
        value = found.get(name)
        if isinstance(value, str):
            return value
    return None
