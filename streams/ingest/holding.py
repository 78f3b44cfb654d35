"""Orders and clicks that wait a moment on their way to the journal, for events that need them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from online_models.journal.batch import Batch
from online_models.journal.joining import can_wait, join, run
from streams.ingest.routing import compact

#: Seconds that orders and clicks wait at most. A pricer would let them wait as long, since they
#: lead to nothing before a decision or a tick reads them; each journal record less is one less to
#: write, to fetch and to decode.
PATIENCE = 0.1
#: Events of a partition that make a record worth its while.
ENOUGH = 200


@dataclass
class _Held:
    since: float
    batches: list[Batch] = field(default_factory=list)
    events: int = 0


class Holding:
    """What waits for each partition of the journal; the order within a partition stays.

    Batches come with more texts, sources and facts than their events name, and leave without:
    dropping them once costs less than from each of the many that make a record.

    Whoever commits input offsets empties it first: what waits is written down nowhere.
    """

    def __init__(self) -> None:
        self._held: dict[int, _Held] = {}

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._held)

    def add(self, partition: int, batch: Batch, now: float) -> list[Batch]:
        """Take a batch; returns what to write now, in order: all of its partition or none.

        `now` is of a monotonic clock, in seconds.
        """
        held = self._held.setdefault(partition, _Held(now))
        held.batches.append(batch)
        held.events += len(batch)
        if can_wait(batch) and held.events < ENOUGH:
            return []
        return self._release(partition)

    def due(self, now: float) -> Iterator[tuple[int, list[Batch]]]:
        """(partition, batches in order) of everything that waits, once something has waited long
        enough at `now`: to write it together costs the broker less.
        """
        if any(now - held.since >= PATIENCE for held in self._held.values()):
            yield from self.all()

    def all(self) -> Iterator[tuple[int, list[Batch]]]:
        """Everything that waits."""
        for partition in list(self._held):
            yield partition, self._release(partition)

    def _release(self, partition: int) -> list[Batch]:
        batches = self._held.pop(partition).batches
        joined = []
        while batches:
            number = run(batches, ENOUGH)
            joined.append(compact(join(batches[:number])))
            batches = batches[number:]
        return joined
