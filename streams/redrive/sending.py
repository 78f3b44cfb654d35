"""Records sent again, each once: in one transaction with a note that it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from schemas.records.quarantined import Redriven
from schemas.topics import TOPICS, decode
from schemas.values.instants import to_text
from streams.configuration.settings import Settings
from streams.kafka.clients import LARGEST_REQUEST, producer
from streams.kafka.kafka_record import Record
from streams.kafka.surroundings import surroundings
from streams.recording.observing import observing, up_to_now
from streams.redrive.letters import PutAside

TOPIC = "pricing-redriven"
#: Records of one transaction: readers of the topics wait for its end.
AT_ONCE = 100
TRANSACTION_TIMEOUT_MS = 30_000

Place = tuple[str, int, int]


class Parcel(NamedTuple):
    """A letter, and what is sent for it."""

    letter: PutAside
    record: Record
    changed: bool


class SentBefore:
    """What was sent before, as the topic says."""

    def __init__(self, notes: Mapping[Place, set[str | None]]) -> None:
        self._notes = notes

    def holds(self, letter: PutAside) -> bool:
        """Whether a letter was sent."""
        digests = self._notes.get((letter.topic, letter.partition, letter.offset))
        if digests is None:
            return False
        return letter.digest is None or None in digests or letter.digest in digests


async def sent_before(settings: Settings) -> SentBefore:
    """What the topic holds; RecordingError where it cannot be read."""
    notes: dict[Place, set[str | None]] = defaultdict(set)
    async with observing(settings, TOPIC) as (consumer, places):
        async for record in up_to_now(consumer, places):
            if record.value is not None:
                note: Redriven = decode(TOPIC, record.value)
                notes[note.topic, note.partition, note.offset].add(note.letter)
    return SentBefore(notes)


NOTHING_SENT = SentBefore({})


class Redriver:
    """Sends records again. Whoever began to send before is fenced first: what they have under way
    is not committed, so that what the topic says then is the truth until this one ends.
    """

    def __init__(self, settings: Settings) -> None:
        self._producer = producer(
            settings,
            transactional_id=f"{settings.app}-redrive",
            transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
            max_request_size=LARGEST_REQUEST,
            acks="all",
        )

    async def __aenter__(self) -> Redriver:
        """Connect, and fence."""
        await self._producer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close; what is under way is not committed."""
        await self._producer.stop()

    async def send(self, parcels: Sequence[Parcel]) -> None:
        """Send some records and the notes about them, all or none."""
        async with self._producer.transaction():
            for parcel in parcels:
                await self._send(parcel)

    async def _send(self, parcel: Parcel) -> None:
        letter, record, changed = parcel
        await self._producer.send(
            record.topic,
            record.value,
            key=record.key,
            partition=record.partition,
            timestamp_ms=record.timestamp if record.timestamp >= 0 else None,
        )
        note = Redriven(
            topic=letter.topic,
            partition=letter.partition,
            offset=letter.offset,
            letter=letter.digest,
            changed=changed,
            sent_at=to_text(surroundings().wall_ms()),
        )
        key = (TOPICS[TOPIC].key_of(note.model_dump()) or "").encode()
        await self._producer.send(TOPIC, note.model_dump_json().encode(), key=key)
