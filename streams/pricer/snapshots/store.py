"""`pricing-snapshots`: states in parts, and how far the journal is done; read from the end."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

from aiokafka import ConsumerRecord, TopicPartition

from online_models.persistence.versions import OLDEST, check
from streams.kafka.consumer import Consumer
from streams.kafka.topic_end import stretches
from streams.pricer.snapshots.codec import SnapshotError, SnapshotPart, decode_part

logger = logging.getLogger(__name__)

TOPIC = "pricing-snapshots"
#: Records looked at first from the end; grows fourfold until a whole snapshot shows.
FIRST_LOOK = 64
#: Key of the record that says up to which journal offset (exclusive) all outputs are published: it
#: is in the transaction with them. The consumer group's offset would say the same at the price of
#: two more round trips.
POSITION = b"position"

#: Key of the record that says which app (PRICETIDE_APP) prices the journal: a second one would
#: publish every change again. It is written anew with each snapshot, to be found near it.
APP = b"app"
#: Key of the record beside it that says under which settings (`streams.configuration.agreement`).
SETTINGS = b"settings"
#: Key of the record that says which session publishes what the partition leads to (its
#: transactional id); empty once it has let go.
OWNER = b"owner"
#: Key of the record beside each snapshot that stops older releases (`refusal`).
REFUSAL = b"refusal"


def key(part: int) -> bytes:
    """The key of a part: the next snapshot's part replaces it when the topic is compacted."""
    return b"%d" % part


class Found(NamedTuple):
    """What a partition's log says last; None for what is not there.

    `snapshot` is all parts of one state, `app` the one that wrote it, `agreement` the settings of
    whoever did, `owner` the session that has the partition. `older` are the versions of snapshots
    that were passed over, since this release reads them no longer.
    """

    position: int | None
    snapshot: list[SnapshotPart] | None
    older: frozenset[int] = frozenset()
    app: str | None = None
    agreement: bytes | None = None
    owner: str | None = None


class _Read(NamedTuple):
    #: The last value of each record that is no part of a snapshot, by key.
    last: dict[bytes, bytes]
    #: Snapshots of which each part is there, the newest first.
    whole: list[list[SnapshotPart]]


async def newest(consumer: Consumer, partition: int) -> Found:
    """The newest position and the newest whole snapshot.

    `consumer` reads committed records and is assigned to the partition of `pricing-snapshots`.
    VersionError where the newest snapshot was written by a later release: an older one beside it
    would lead to other prices than those that were published since.
    """
    tp = TopicPartition(TOPIC, partition)
    last, older = dict[bytes, bytes](), frozenset[int]()
    async for records in stretches(consumer, tp, FIRST_LOOK):
        last, whole = await _read(records)
        older = frozenset(parts[0].version for parts in whole if parts[0].version < OLDEST)
        for parts in whole:
            if parts[0].version >= OLDEST:
                check(parts[0].version)
                return _found(last, parts, older)
    return _found(last, None, older)


def _found(
    last: Mapping[bytes, bytes],
    snapshot: list[SnapshotPart] | None,
    older: frozenset[int],
) -> Found:
    position, app, owner = last.get(POSITION), last.get(APP), last.get(OWNER)
    return Found(
        None if position is None else int(position),
        snapshot,
        older,
        None if app is None else app.decode(),
        last.get(SETTINGS),
        owner.decode() if owner else None,
    )


async def _read(records: AsyncIterator[ConsumerRecord]) -> _Read:
    last: dict[bytes, bytes] = {}
    #: By offset and version: after an upgrade both may have written the state at one offset. In
    #: the order of their last parts: what `pricetide rebuild` writes last is the newest, although
    #: it may stand for less of the journal.
    found: dict[tuple[int, int], dict[int, SnapshotPart]] = {}
    async for record in records:
        if record.value is None or record.key == REFUSAL:
            continue
        if record.key in (POSITION, APP, SETTINGS, OWNER):
            last[record.key] = record.value
            continue
        try:
            part = decode_part(record.value)
        except SnapshotError as error:
            logger.error("%s-%d, offset %d: %s", TOPIC, record.partition, record.offset, error)
            continue
        place = (part.offset, part.version)
        begun = found.pop(place, {}) if part.index else {}
        found[place] = begun | {part.index: part}
    whole = [
        [parts[i] for i in range(len(parts))]
        for parts in reversed(found.values())
        if len(parts) == next(iter(parts.values())).parts
    ]
    return _Read(last, whole)
