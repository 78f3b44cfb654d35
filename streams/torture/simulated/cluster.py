"""What brokers keep: topics and their logs, transactions, offsets of groups."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol
from uuid import UUID

from aiokafka import TopicPartition

#: Headers of a record.
Headers = tuple[tuple[str, bytes], ...]


class StoredRecord(NamedTuple):
    """A record as a broker keeps it; `transaction` is the one that it belongs to, if any."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    transaction: int | None
    #: It marks the end of a transaction, and is handed to nobody.
    marker: bool = False

    @property
    def timestamp_type(self) -> int:
        """Whose clock the timestamp of a record without one of its own is of: the broker's."""
        return 1


class Committed(NamedTuple):
    """An offset that a group has committed, and what it says of it."""

    offset: int
    metadata: str


class Rung(Protocol):
    """What is rung."""

    def ring(self) -> None:
        """Wake whoever waits."""


class Log:
    """A partition."""

    def __init__(self, topic: str, partition: int) -> None:
        self.topic = topic
        self.partition = partition
        #: The first offset that is left, and the one that comes next.
        self.begin = self.end = 0
        self.records: list[StoredRecord] = []
        #: Everything that it ever held, whatever was removed since.
        self.history: list[StoredRecord] = []
        #: Open transactions → where they begin; and those that came to nothing.
        self.open: dict[int, int] = {}
        self.aborted: set[int] = set()
        #: Rung once when there is more to read.
        self.waiting: dict[Rung, None] = {}

    @property
    def stable(self) -> int:
        """The offset up to which every transaction has ended."""
        return min(self.open.values()) if self.open else self.end

    def append(
        self,
        timestamp: int,
        key: bytes | None,
        value: bytes | None,
        headers: Headers = (),
        transaction: int | None = None,
        *,
        marker: bool = False,
    ) -> StoredRecord:
        """Write a record."""
        record = StoredRecord(
            self.topic,
            self.partition,
            self.end,
            timestamp,
            key,
            value,
            headers,
            transaction,
            marker,
        )
        if transaction is not None and not marker:
            self.open.setdefault(transaction, self.end)
        self.records.append(record)
        self.history.append(record)
        self.end += 1
        if self.waiting:
            waiting, self.waiting = self.waiting, {}
            for bell in waiting:
                bell.ring()
        return record

    def close(self, transaction: int, timestamp: int, *, commit: bool) -> None:
        """Mark the end of a transaction."""
        if self.open.pop(transaction, None) is not None:
            if not commit:
                self.aborted.add(transaction)
            self.append(timestamp, None, None, transaction=transaction, marker=True)

    def read(
        self, offset: int, most: int, *, committed: bool = True
    ) -> tuple[list[StoredRecord], int]:
        """At most so many records from an offset on, and the offset to read on from."""
        until = self.stable if committed else self.end
        if offset >= until:
            return [], offset
        place = bisect_left(self.records, offset, key=lambda record: record.offset)
        found: list[StoredRecord] = []
        for record in self.records[place:]:
            if record.offset >= until or len(found) == most:
                return found, max(offset, record.offset)
            if not record.marker and record.transaction not in self.aborted:
                found.append(record)
        return found, max(offset, until)

    def committed(self) -> Iterator[StoredRecord]:
        """All records that were ever committed, those that are removed by now too."""
        for record in self.history:
            if record.transaction in self.aborted or record.marker:
                continue
            if record.transaction not in self.open:
                yield record

    def cut(self, offset: int) -> None:
        """Remove what is older than an offset, as retention does."""
        self.begin = max(self.begin, min(offset, self.stable))
        self.records = [record for record in self.records if record.offset >= self.begin]

    def compact(self, until: int) -> None:
        """Keep the last record of each key below an offset, as the cleaner does."""
        until = min(until, self.stable)
        last = {
            record.key: record.offset
            for record in self.records
            if record.offset < until and self._counts(record)
        }
        self.records = [
            record
            for record in self.records
            if record.offset >= until
            or (self._counts(record) and last[record.key] == record.offset)
        ]

    def _counts(self, record: StoredRecord) -> bool:
        return not record.marker and record.transaction not in self.aborted


class SimulatedTopic(NamedTuple):
    """A topic and its id, also as a number."""

    name: str
    id: str
    number: int
    logs: list[Log]


class Cluster:
    """Topics by name, and what was deleted; offsets of groups."""

    def __init__(self, topics: Mapping[str, int]) -> None:
        self._ids = 0
        self.topics = {name: self._make(name, number) for name, number in topics.items()}
        self.deleted: list[SimulatedTopic] = []
        self.offsets: dict[str, dict[TopicPartition, Committed]] = {}

    def _make(self, name: str, partitions: int) -> SimulatedTopic:
        self._ids += 1
        logs = [Log(name, partition) for partition in range(partitions)]
        number = self._ids << 96 | 0x4000 << 64 | 0x8000 << 48
        return SimulatedTopic(name, str(UUID(int=number)), number, logs)

    def log(self, place: TopicPartition) -> Log:
        """A partition's log."""
        log: Log = self.topics[place[0]].logs[place[1]]
        return log

    def recreate(self, name: str, *, forget: bool) -> None:
        """Delete a topic and make it anew; its groups' offsets may be left over."""
        old = self.topics[name]
        self.deleted.append(old)
        self.topics[name] = self._make(name, len(old.logs))
        if forget:
            for offsets in self.offsets.values():
                for place in [place for place in offsets if place.topic == name]:
                    del offsets[place]
