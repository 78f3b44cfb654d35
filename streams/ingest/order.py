"""The order in which records enter the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.journal.batch import SourcePartition
from streams.kafka.kafka_record import KafkaRecord, Parsed, Record

Ints = NDArray[np.int64]


class Run(NamedTuple):
    """Records of one source in their own order; `places` (ascending) are theirs among all."""

    source: SourcePartition
    records: Sequence[Parsed]
    places: Ints

    def record(self, i: int) -> Record:
        """The i-th record, with where it was read."""
        record = self.records[i]
        return Record(*self.source, record.offset, record.key, record.value, record.timestamp)

    def of(self, records: Sequence[Parsed]) -> Run:
        """The run with other records in place of its own."""
        return self._replace(records=records)

    def between(self, low: int, high: int) -> Run:
        """The records with places in [low, high)."""
        if not len(self.places) or (low <= self.places[0] and self.places[-1] < high):
            return self
        first, last = np.searchsorted(self.places, [low, high]).tolist()
        return Run(self.source, self.records[first:last], self.places[first:last])


def by_timestamp(fetched: Mapping[SourcePartition, Sequence[Parsed]]) -> list[Run]:
    """Runs of several sources, merged by timestamp; each source keeps its own order.

    A timestamp that runs back within a source counts as the highest before it.
    """
    runs = [(source, records) for source, records in fetched.items() if records]
    if not runs:
        return []
    times: list[int] = []
    for _, records in runs:
        times += accumulate([record.timestamp for record in records], max)
    order = np.argsort(np.array(times), kind="stable")
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    ends = accumulate(len(records) for _, records in runs)
    return [
        Run(source, records, places[end - len(records) : end])
        for (source, records), end in zip(runs, ends, strict=True)
    ]


def as_given(records: Iterable[KafkaRecord]) -> list[Run]:
    """Runs of records that are in order already."""
    sources: dict[SourcePartition, tuple[list[KafkaRecord], list[int]]] = {}
    for place, record in enumerate(records):
        source = SourcePartition(record.topic, record.partition)
        members, places = sources.setdefault(source, ([], []))
        members.append(record)
        places.append(place)
    return [
        Run(source, members, np.array(places, dtype=np.int64))
        for source, (members, places) in sources.items()
    ]
