"""What came of a run, held against what an undisturbed run of the same journal gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from online_models.journal.batch import Batch
from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.ingest.dead_letters import TOPIC as DEAD_LETTERS
from streams.ingest.incarnations import ID_LENGTH
from streams.ingest.routing import Router
from streams.journal import TOPIC as JOURNAL
from streams.journal import codec
from streams.quarantine.entries import TOPIC as QUARANTINE
from streams.quarantine.entries import decoded
from streams.torture.comparison import OutputRecord, compare
from streams.torture.simulated.cluster import Cluster, SimulatedTopic, StoredRecord
from streams.torture.simulated.light_fold import LightFold, poisonous
from streams.torture.simulated.shop import ShopRecord


class Read(NamedTuple):
    """A record of an input topic, as the journal names its source."""

    source: tuple[str, int]
    offset: int


@dataclass
class _Reached:
    """What a partition of the journal has got: records, and the highest offset of each source."""

    reads: set[Read] = field(default_factory=set)
    highest: dict[tuple[str, int], int] = field(default_factory=dict)


class RunVerdict:
    """Collects what is wrong; nothing is where `wrong` is empty."""

    def __init__(self, cluster: Cluster, settings: Settings, fold: type[Any]) -> None:
        self.wrong: list[str] = []
        self.outputs = 0
        self._cluster = cluster
        self._settings = settings
        self._fold = fold
        self._router = Router(settings.partitions)
        self._current = {_name(topic) for topic in cluster.topics.values()}

    def judge(self, sent: Iterable[tuple[ShopRecord, SimulatedTopic, StoredRecord]]) -> list[str]:
        """What is wrong with a run in which these records were sent."""
        expected: list[OutputRecord] = []
        poisoned: list[tuple[int, int, int]] = []
        reached: dict[int, _Reached] = {}
        for log in self._cluster.topics[JOURNAL].logs:
            reached[log.partition] = _Reached()
            fold = self._fold(self._settings.fold.of_partition(log.partition))
            for record in log.history:
                batch = codec.decode(record.value or b"", record.timestamp)
                poison = poisonous(batch) if self._fold is LightFold else set()
                fresh = self._fresh(batch, poison, reached[log.partition])
                poisoned += [(log.partition, record.offset, event) for event in fresh & poison]
                keep = np.array(sorted(fresh - poison), dtype=np.intp)
                outputs = fold.step(batch if len(keep) == len(batch) else batch.take(keep))
                expected += [OutputRecord(*output) for output in outputs]
        self._require_inputs(list(sent), reached)
        self._require_quarantine(poisoned)
        self._require_outputs(expected, len(poisoned))
        return self.wrong

    def _fresh(self, batch: Batch, poison: set[int], reached: _Reached) -> set[int]:
        """The events that are not behind what their sources have brought before."""
        reads = [
            None if at < 0 else Read(tuple(batch.sources[at]), offset)
            for at, offset in zip(batch.source.tolist(), batch.offset.tolist(), strict=True)
        ]
        fresh = set()
        for event, read in enumerate(reads):
            ahead = -1 if read is None else reached.highest.get(read.source, -1)
            if read is None or read.offset > ahead:
                fresh.add(event)
            elif read not in reached.reads and read.source[0] in self._current:
                self.wrong.append(f"lost: {read} came behind offset {ahead} of its source")
        for event in fresh:
            read = reads[event]
            if read is not None:
                reached.reads.add(read)
                # what is quarantined counts for nothing, and fails again where it is repeated
                if event not in poison:
                    ahead = reached.highest.get(read.source, -1)
                    reached.highest[read.source] = max(read.offset, ahead)
        return fresh

    def _require_inputs(
        self,
        sent: list[tuple[ShopRecord, SimulatedTopic, StoredRecord]],
        reached: dict[int, _Reached],
    ) -> None:
        """Every sound record is in the journal of each partition that it concerns, and no other;
        every unsound one is a dead letter.
        """
        expected: dict[int, set[Read]] = {partition: set() for partition in reached}
        gone: set[Read] = set()
        buried = Counter(_place(letter) for letter in self._committed(DEAD_LETTERS))
        for record, topic, kept in sent:
            name = _name(topic)
            read = Read((name, kept.partition), kept.offset)
            if name not in self._current:
                gone.add(read)
            if record.skus is None:
                if name in self._current and not buried[topic.name, kept.partition, kept.offset]:
                    self.wrong.append(f"not buried: {read}")
                continue
            concerned = {self._router.partition(sku) for sku in record.skus} or set(expected)
            for partition in concerned:
                expected[partition].add(read)
        for partition, found in reached.items():
            for read in sorted(expected[partition] - found.reads - gone):
                self.wrong.append(f"lost: {read} is not in {JOURNAL}-{partition}")
            for read in sorted(found.reads - expected[partition]):
                self.wrong.append(f"made up: {read} in {JOURNAL}-{partition} was never sent")

    def _require_quarantine(self, poisoned: list[tuple[int, int, int]]) -> None:
        listed = [decoded(record.value or b"") for record in self._committed(QUARANTINE)]
        found = {(entry.partition, entry.offset, entry.index) for entry in listed}
        if found != set(poisoned):
            self.wrong.append(f"quarantined: {sorted(found)}, not {sorted(poisoned)}")

    def _require_outputs(self, expected: list[OutputRecord], alerts: int) -> None:
        found = [
            OutputRecord(record.topic, record.key, record.value, record.timestamp)
            for name, topic in TOPICS.items()
            if topic.direction == "out" and name != DEAD_LETTERS
            for record in self._committed(name)
        ]
        alerts_found = [output for output in found if output.key == b"event_quarantined"]
        found = [output for output in found if output.key != b"event_quarantined"]
        if self._settings.delivery != "exactly-once":
            found, alerts_found = list(dict.fromkeys(found)), alerts_found[:alerts]
            expected = list(dict.fromkeys(expected))
        self.outputs = len(expected)
        if len(alerts_found) != alerts:
            self.wrong.append(f"{len(alerts_found)} alerts of quarantined events, not {alerts}")
        self.wrong += compare(found, expected).words

    def _committed(self, topic: str) -> Iterator[StoredRecord]:
        for log in self._cluster.topics[topic].logs:
            yield from log.committed()


def _name(topic: SimulatedTopic) -> str:
    """The name of a topic's records in the journal."""
    return f"{topic.name}@{topic.id.replace('-', '')[:ID_LENGTH]}"


def _place(letter: StoredRecord) -> tuple[str, int, int]:
    headers = {name: value.decode() for name, value in letter.headers}
    return (
        headers["source-topic"],
        int(headers["source-partition"]),
        int(headers["source-offset"]),
    )
