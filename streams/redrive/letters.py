"""What was refused or quarantined, as far as it can be sent again."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.ingest.dead_letters import TOPIC as DEAD_LETTERS
from streams.ingest.decoder import INPUTS
from streams.quarantine.entries import TOPIC as QUARANTINE
from streams.quarantine.entries import decoded
from streams.recording.observing import observing, up_to_now
from streams.recording.reader import Recording

Headers = Mapping[str, bytes]
#: Headers that say that only the head of a key or a value was kept.
_CUT = ("key-sha256", "value-sha256")


class PutAside(NamedTuple):
    """A record that did not count: where it came from, why and when (ms) it was put aside, and what
    was kept of it; of a quarantined one nothing is.
    """

    topic: str
    partition: int
    offset: int
    reason: str
    time: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    #: Whether `value` is what is to be sent, edited by hand.
    edited: bool = False

    @property
    def kept(self) -> bool:
        """Whether anything of its bytes was kept."""
        return bool(self.headers)

    @property
    def whole(self) -> bool:
        """Whether all of its bytes were."""
        return self.kept and not any(name in self.headers for name in _CUT)

    @property
    def digest(self) -> str | None:
        """A hash of what was kept; None where that says nothing of what it was."""
        if not self.kept or self.edited:
            return None
        return hashlib.sha256(b"%r|%r" % (self.key, self.value)).hexdigest()[:32]


class LetterFilter(NamedTuple):
    """Which letters are meant; None: any. `reason` is part of the text, instants are ms."""

    topics: frozenset[str] | None = None
    reason: str | None = None
    since: int | None = None
    until: int | None = None
    partition: int | None = None
    offset: int | None = None

    def require_known(self) -> None:
        """InputError where it names a topic that no letter is of."""
        for topic in sorted((self.topics or frozenset()) - INPUTS):
            near = get_close_matches(topic, INPUTS, n=1)
            hint = f"perhaps {near[0]}?" if near else f"they are of {', '.join(sorted(INPUTS))}"
            raise InputError(f"no record of {topic} is ever put aside; {hint}")

    def fits(self, letter: PutAside) -> bool:
        """Whether a letter is meant."""
        return (
            (self.topics is None or letter.topic in self.topics)
            and (self.reason is None or self.reason.casefold() in letter.reason.casefold())
            and (self.since is None or letter.time >= self.since)
            and (self.until is None or letter.time < self.until)
            and self.partition in (None, letter.partition)
            and self.offset in (None, letter.offset)
        )


async def put_aside(settings: Settings) -> list[PutAside]:
    """All dead letters and quarantined records of the topics, oldest first, each source record
    once.
    """
    found: dict[tuple[str, int, int, str | None], PutAside] = {}
    async with observing(settings, DEAD_LETTERS, QUARANTINE) as (consumer, places):
        async for letter in _read(consumer, places):
            found.setdefault((letter.topic, letter.partition, letter.offset, letter.digest), letter)
    return sorted(found.values(), key=lambda letter: letter.time)


async def _read(
    consumer: AIOKafkaConsumer, places: list[TopicPartition]
) -> AsyncIterator[PutAside]:
    async for record in up_to_now(consumer, places):
        if record.topic == DEAD_LETTERS:
            if letter := letter_of(
                record.key, record.value, record.timestamp, dict(record.headers)
            ):
                yield letter
        elif record.value is not None:
            entry = decoded(record.value)
            # a tick comes by itself; it has no record that could be sent again
            if entry.topic is None or entry.source_partition is None or entry.source_offset is None:
                continue
            place = entry.topic, entry.source_partition, entry.source_offset
            yield PutAside(*place, entry.cause, record.timestamp, None, None, {})


def letter_of(
    key: bytes | None, value: bytes | None, time: int, headers: Mapping[str, bytes | None]
) -> PutAside | None:
    """The letter of a record of `dead-letters`; None where its headers are none of ingest's."""
    labels = {name: text or b"" for name, text in headers.items()}
    try:
        topic = labels["source-topic"].decode()
        place = topic, int(labels["source-partition"]), int(labels["source-offset"])
        reason = labels["error"].decode()
    except (KeyError, ValueError):
        return None
    return PutAside(*place, reason, time, key, value, labels)


def edited(paths: Iterable[Path]) -> Iterator[PutAside]:
    """Dead letters of a recording whose values are to be sent as they stand in its lines."""
    for entry in Recording([*paths], {DEAD_LETTERS}):
        letter = letter_of(entry.key, entry.value, entry.timestamp, dict(entry.headers))
        if letter is None:
            raise InputError(
                f"a line of {DEAD_LETTERS} has no headers source-topic, source-partition,"
                " source-offset and error: edit what `pricetide record dead-letters` wrote"
            )
        yield letter._replace(edited=True)
