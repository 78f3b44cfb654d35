"""The records themselves, from the topics that they were read from."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import suppress

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from streams.configuration.settings import Settings
from streams.ingest.hidden_names import LARGEST_SEARCHED, hide, may_name
from streams.kafka.clients import consumer
from streams.kafka.closing import STOP_SECONDS, within
from streams.kafka.consumer import Consumer
from streams.kafka.kafka_record import Record
from streams.recording.entry import RecordingError
from streams.recording.recorder import partition_counts
from streams.redrive.letters import PutAside

#: Seconds for a record that lies in a topic to come.
WAIT_SECONDS = 5.0
_WAIT_MS = int(WAIT_SECONDS * 1000)
FETCH_BYTES = 8 << 20


async def originals(
    settings: Settings,
    letters: Sequence[PutAside],
    hashed: Callable[[str], str],
    personal: Callable[[str], Collection[str]],
) -> AsyncIterator[tuple[PutAside, Record | None]]:
    """Each letter with the record that was put aside, byte for byte; None where it is gone.

    It is looked for in its topic first: what was kept of a large one is its head, and of one that
    names a person hashes (`hashed`) in place of names. `personal` are the members of a topic's
    records that name one, beside those of the contract.
    """
    known = _there(settings, {letter.topic for letter in letters})
    wanted = {TopicPartition(letter.topic, letter.partition) for letter in letters}
    places = sorted(tp for tp in wanted if tp.partition < known.get(tp.topic, 0))
    reader = consumer(
        settings,
        group_id=None,
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    await reader.start()
    try:
        reader.assign(places)
        reader.pause(*places)
        begins = await reader.beginning_offsets(places) if places else {}
        for letter in sorted(letters, key=lambda one: (one.topic, one.partition, one.offset)):
            tp = TopicPartition(letter.topic, letter.partition)
            found = None
            if tp in begins and letter.offset >= begins[tp]:
                found = await _fetched(reader, tp, letter.offset)
            also = personal(letter.topic)
            if found is None or not _is_of(found, letter, hashed, also):
                found = _kept(letter, also)
            yield letter, found
    finally:
        # aiokafka's stop may raise or hang where it had nothing to read
        await within(reader.stop(), STOP_SECONDS)


def _there(settings: Settings, topics: Collection[str]) -> dict[str, int]:
    """Numbers of partitions of the topics that are there."""
    found: dict[str, int] = {}
    for topic in topics:
        with suppress(RecordingError):
            found |= partition_counts(settings, [topic])
    return found


async def _fetched(reader: Consumer, tp: TopicPartition, offset: int) -> Record | None:
    reader.seek(tp, offset)
    reader.resume(tp)
    try:
        records = await reader.getmany(tp, timeout_ms=_WAIT_MS, max_records=1)
    except KafkaError:
        return None
    finally:
        reader.pause(tp)
    for record in records.get(tp, ()):
        if record.offset == offset:
            where = tp.topic, tp.partition, offset
            return Record(*where, record.key, record.value, record.timestamp)
    return None


def _is_of(
    record: Record, letter: PutAside, hashed: Callable[[str], str], also: Collection[str]
) -> bool:
    """Whether a record is the one that a letter keeps; a topic may have been made anew since."""
    if not letter.kept:
        return True
    return _same("key", record.key, letter.key, letter) and _same(
        "value", _as_kept(record.value, hashed, also), letter.value, letter, record.value
    )


def _as_kept(
    value: bytes | None, hashed: Callable[[str], str], also: Collection[str]
) -> bytes | None:
    """A value with hashes in place of names, as far as it is searched for them."""
    if value is None or not may_name(value, also):
        return value
    return hide(value if len(value) <= LARGEST_SEARCHED else value[:0], hashed, also)


def _same(
    name: str,
    found: bytes | None,
    kept: bytes | None,
    letter: PutAside,
    original: bytes | None = None,
) -> bool:
    digest = letter.headers.get(f"{name}-sha256")
    if digest is None:
        return found == kept
    whole = found if original is None else original
    return whole is not None and hashlib.sha256(whole).hexdigest().encode() == digest


def _kept(letter: PutAside, also: Collection[str]) -> Record | None:
    """The record as the letter keeps it, where that is how it came."""
    if not letter.whole or (letter.value is not None and may_name(letter.value, also)):
        return None
    place = letter.topic, letter.partition, letter.offset
    return Record(*place, letter.key, letter.value, letter.time)
