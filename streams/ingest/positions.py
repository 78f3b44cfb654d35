"""Up to where the input has been read, to be committed once the journal has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiokafka import TopicPartition

from streams.kafka.kafka_record import Parsed

#: Seconds between commits. A crash repeats what came since, and the fold skips it.
COMMIT_SECONDS = 0.5


class Positions:
    """The offset behind what was read of each partition, and the timestamp of its last record.

    Marks of transactions have offsets of their own and come as no record. Where they are the last
    of a partition they are passed, too: to whoever compares commits with ends, a record would seem
    to be left for ever, and a tick that waits for all that is older would wait for it.
    """

    def __init__(self, now: float) -> None:
        self._due: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._ends: dict[TopicPartition, int] = {}
        self._committed_at = now
        #: The highest of each partition's, ms; none is later than the present.
        self.timestamps: dict[TopicPartition, int] = {}

    def __bool__(self) -> bool:
        """Whether there is anything to commit."""
        return bool(self._due)

    def assigned(self, commits: Mapping[TopicPartition, int]) -> None:
        """Partitions are read on from these commits; those without from their beginning."""
        self._committed = dict(commits)

    def at_end(self, ends: Mapping[TopicPartition, int]) -> None:
        """These partitions have been read to their ends; what came last may not be written yet."""
        self._ends = dict(ends)

    def written(self, read: Mapping[TopicPartition, Sequence[Parsed]], wall: int) -> None:
        """The last records that were read are on their way to the journal; it is `wall`, ms."""
        for place, records in read.items():
            self._due[place] = records[-1].offset + 1
            said = min(records[-1].timestamp, wall)
            self.timestamps[place] = max(said, self.timestamps.get(place, 0))
        for place, end in self._ends.items():
            if end > self._due.get(place, self._committed.get(place, 0)):
                self._due[place] = end
        self._ends = {}

    def due(self, now: float) -> bool:
        """Whether a commit is due; `now` is of a monotonic clock, in seconds."""
        return now - self._committed_at >= COMMIT_SECONDS

    def take(self) -> dict[TopicPartition, int]:
        """What is to be committed."""
        due, self._due = self._due, {}
        return due

    def committed(self, positions: Mapping[TopicPartition, int], now: float) -> None:
        """These were committed, or belong to others now."""
        self._committed |= positions
        self._committed_at = now

    def begin_anew(self, places: Sequence[TopicPartition]) -> None:
        """These partitions were made anew and begin at 0 again."""
        for place in places:
            self._due.pop(place, None)
            self._committed.pop(place, None)
