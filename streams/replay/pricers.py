"""All partitions of a shop in one process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from online_models.demand.records.evidence_exchange import TOPIC as EVIDENCE
from online_models.fold.fold import Fold
from online_models.fold.state import State
from online_models.journal.batch import Batch, BatchBuilder, Fact, Kind, SourcePartition
from online_models.journal.outputs import Output
from streams.configuration.policy_file import TOPIC as POLICIES
from streams.configuration.policy_file import PolicyRecord
from streams.configuration.settings import Settings
from streams.ingest.routing import Router
from streams.quarantine.entries import Quarantine
from streams.quarantine.guard import Guard

#: What the partitions tell each other.
EXCHANGED = (EVIDENCE, "quote-lines", "basket-lines")


class Priced(NamedTuple):
    """An output and the partition of its topic that a worker would publish it to."""

    partition: int
    output: Output


class Pricers:
    """One fold per journal partition. Given policies replace those of the recording.

    Prices are imagined beside those that the shop showed, unless the journal is replayed in which
    they were decided.
    """

    def __init__(
        self,
        settings: Settings,
        policies: list[PolicyRecord] | None,
        until: int | None = None,
        quarantined: Mapping[int, Quarantine] = MappingProxyType({}),
        *,
        from_journal: bool = False,
    ) -> None:
        """`until`: no event of a later time, ms, counts. `quarantined`: by partition, what the
        workers skipped. `from_journal`: the batches are those that workers priced.
        """
        imagined = policies is not None or not from_journal
        pricing = replace(settings.fold.pricing, imagined=imagined)
        self._fold_settings = replace(settings.fold, pricing=pricing)
        self._policies = policies
        self._router = Router(settings.partitions)
        self._until = until
        self._quarantined = quarantined
        self._guards: dict[int, Guard] = {}
        self._steps = 0
        self._said: list[Output] = []
        self._heard = dict.fromkeys(EXCHANGED, 0)

    def step(self, partition: int, batch: Batch, offset: int | None = None) -> Iterator[Priced]:
        """Fold a batch of one journal partition, the record at `offset` where it has one."""
        guard = self._guards.get(partition)
        if guard is None:
            guard = self._guards[partition] = self._guard(partition)
        self._steps += 1
        for output in guard.step(self._steps if offset is None else offset, batch):
            if output.topic in EXCHANGED:
                self._said.append(output)
            key = output.key
            yield Priced(0 if key is None else self._router.partition(key.decode()), output)

    def _guard(self, partition: int) -> Guard:
        own = self._fold_settings.of_partition(partition)
        fold = Fold(own)
        if self._policies:
            fold.step(opening(self._policies))
        quarantine = self._quarantined.get(partition) or Quarantine()
        return Guard(fold, own, partition, quarantine, self._asked)

    def _asked(self, batch: Batch) -> Batch:
        """What of a batch counts."""
        if self._until is not None:
            batch = timely(batch, self._until)
        return batch if self._policies is None else _without_policies(batch)

    def states(self) -> list[State]:
        """What each partition knows by now."""
        return [guard.fold.state for _, guard in sorted(self._guards.items())]

    def shared_evidence(self) -> Batch:
        """What the partitions have learnt for each other since the last call, for all of them."""
        rows = BatchBuilder()
        for output in self._said:
            detail = rows.fact(Fact(output.topic, None, output.value))
            source, offset = SourcePartition(output.topic, 0), self._heard[output.topic]
            rows.add(Kind.FACT, output.time, source, offset=offset, detail=detail)
            self._heard[output.topic] += 1
        self._said.clear()
        return rows.batch()

    def split(self, batch: Batch) -> Iterator[tuple[int, Batch]]:
        """The journal partitions' parts of a batch."""
        return self._router.split(batch)


def opening(policies: list[PolicyRecord]) -> Batch:
    """What a fold gets before anything else, where a policy file rules."""
    rows = BatchBuilder()
    for i, policy in enumerate(policies):
        detail = rows.fact(Fact(POLICIES, policy.key, policy.value))
        rows.add(Kind.FACT, -1, SourcePartition("policy-file", 0), offset=i, detail=detail)
    return rows.batch()


def timely(batch: Batch, until: int) -> Batch:
    """The batch without events later than `until`, ms; facts stay."""
    late = (batch.time > until) & (batch.kind != Kind.FACT)
    return batch.take(np.flatnonzero(~late)) if late.any() else batch


def _without_policies(batch: Batch) -> Batch:
    dropped = [
        place
        for place in (batch.kind == Kind.FACT).nonzero()[0].tolist()
        if batch.facts[batch.detail[place]].topic == POLICIES
    ]
    if not dropped:
        return batch
    keep = batch.kind == batch.kind
    keep[dropped] = False
    return batch.take(keep)
