"""What is quarantined in one partition of the journal."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from online_models.journal.outputs import Output
from schemas.records.quarantined import Quarantined
from schemas.topics import TOPICS, decode
from schemas.values.instants import HOUR, to_ms

TOPIC = "pricing-quarantine"
#: So many within an hour of event time are no accident: a producer, or this release, is at fault.
FAST = 10


class Quarantine:
    """The entries of one partition, in the order of the journal."""

    def __init__(self, entries: Iterable[Quarantined] = ()) -> None:
        self._entries: dict[tuple[int, int], Quarantined] = {}
        for entry in entries:
            self.add(entry)

    def __iter__(self) -> Iterator[Quarantined]:
        return iter(self._entries.values())

    def add(self, entry: Quarantined) -> None:
        """List an entry."""
        last = next(reversed(self._entries), (-1, -1))
        self._entries[entry.offset, entry.index] = entry
        if last > (entry.offset, entry.index):
            self._entries = dict(sorted(self._entries.items()))

    def at(self, offset: int) -> Mapping[int, Quarantined]:
        """Entries of the journal record at `offset`, by index."""
        if not self.lists(offset, offset + 1):
            return {}
        return {entry.index: entry for entry in self if entry.offset == offset}

    def lists(self, low: int, high: int) -> bool:
        """Whether there is an entry with an offset in [low, high)."""
        last, _ = next(reversed(self._entries), (-1, -1))
        return last >= low and any(low <= offset < high for offset, _ in self._entries)

    def alert(self, entry: Quarantined, now: int, time: str) -> Output:
        """What is said of an entry, at its place: `now` in ms, and as text."""
        places = list(self._entries)
        before = list(self)[: bisect_left(places, (entry.offset, entry.index))]
        recent = sum(1 for one in before if one.time and now - to_ms(one.time) <= HOUR) + 1
        source = {
            "topic": entry.topic,
            "partition": entry.source_partition,
            "offset": entry.source_offset,
        }
        named = "a tick" if entry.topic is None else f"a record of {entry.topic}"
        value = {
            "kind": "event_quarantined",
            "severity": "critical" if recent >= FAST else "warning",
            "message": f"{named} could not be folded and counts for nothing: {entry.cause}",
            "time": time,
            "details": {"cause": entry.cause, "source": source, "within_an_hour": recent},
        }
        return Output("pricing-alerts", b"event_quarantined", msgspec.json.encode(value), now)


def key(entry: Quarantined) -> bytes:
    """The key of an entry."""
    return (TOPICS[TOPIC].key_of(entry.model_dump()) or "").encode()


def encoded(entry: Quarantined) -> bytes:
    """The value of an entry."""
    return entry.model_dump_json().encode()


def decoded(value: bytes) -> Quarantined:
    """The inverse of `encoded`; RecordError."""
    entry: Quarantined = decode(TOPIC, value)
    return entry
