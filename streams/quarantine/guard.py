"""A fold that no event ends: what fails is undone, listed, and skipped."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.batch import COLUMNS, Batch
from online_models.journal.outputs import Output
from schemas.records.quarantined import Quarantined
from schemas.values.instants import to_text
from streams.kafka.surroundings import monotonic
from streams.pricer.snapshots import codec
from streams.quarantine.entries import Quarantine

logger = logging.getLogger(__name__)

#: The state is copied after so many bytes of batches at the earliest, where copying takes no more
#: than this share of the time, and at the latest after so many: they are kept, and folded again
#: when one fails.
COPY_BYTES, COPY_SHARE, MOST_BYTES = 32 << 20, 0.05, 512 << 20
#: Bytes of a batch without events, and of an event without its fact.
BATCH_BYTES, EVENT_BYTES = 3000, sum(np.dtype(dtype).itemsize for dtype in COLUMNS.values())
LONGEST_CAUSE = 500


class Guard:
    """Folds one partition's batches. `new` are the entries that it added to the quarantine, and
    `alerts` what it said of them, which is also among what it returned.

    The state as it was is a copy of some time ago and the batches folded since: when a batch fails,
    they are folded again, then the batch record by record, so that each that fails is found. How
    the journal is cut makes no difference to what is folded, so all shells come to the same bytes.
    """

    def __init__(
        self,
        fold: Fold,
        settings: FoldSettings,
        partition: int,
        quarantine: Quarantine,
        prepare: Callable[[Batch], Batch] = lambda batch: batch,
        copy: list[codec.SnapshotPart] | None = None,
    ) -> None:
        """`prepare` makes what is folded of what the journal says, for a replay that asks for less
        than all of it. `copy` is the fold's present state, where it has just been restored from it.
        """
        self.fold = fold
        self.new: list[Quarantined] = []
        self.alerts: list[Output] = []
        self._settings = settings
        self._partition = partition
        self._quarantine = quarantine
        self._prepare = prepare
        #: None is needed before something is folded.
        self._copy: list[codec.SnapshotPart] = []
        if copy is not None:
            self._go_back_to(copy, monotonic())

    def _copy_state(self) -> None:
        """Let the present state be the one to go back to."""
        begun = monotonic()
        self._go_back_to(codec.parts_of(self.fold.snapshot(), 0), begun)

    def _go_back_to(self, copy: list[codec.SnapshotPart], begun: float) -> None:
        self._copy = copy
        self._since: list[Batch] = []
        self._bytes = 0
        self._copy_at = monotonic() + (monotonic() - begun) / COPY_SHARE

    def step(self, offset: int, batch: Batch) -> list[Output]:
        """Fold the journal record at `offset`; returns what it leads to, alerts included."""
        if not self._copy:
            self._copy_state()
        listed = self._quarantine.at(offset)
        if not listed:
            try:
                outputs = self.fold.step(self._prepare(batch))
            except MemoryError:
                raise
            except Exception:
                logger.exception("an event of journal record %d fails; it is looked for", offset)
                self._restore()
            else:
                self._folded(batch)
                return outputs
        outputs = []
        for index, part in records(batch):
            entry = listed.get(index)
            if entry is None:
                try:
                    outputs += self.fold.step(self._prepare(part))
                except MemoryError:
                    raise
                except Exception as error:
                    self._restore()
                    entry = self._list(offset, index, part, error)
                    self.alerts.append(self._alert(entry))
                else:
                    self._folded(part)
                    continue
            outputs.append(self._alert(entry))
        return outputs

    def _folded(self, batch: Batch) -> None:
        self._since.append(batch)
        facts = sum(len(fact.value or b"") for fact in batch.facts)
        self._bytes += BATCH_BYTES + len(batch) * EVENT_BYTES + facts
        seldom = self._bytes >= COPY_BYTES and monotonic() >= self._copy_at
        if seldom or self._bytes >= MOST_BYTES:
            self._copy_state()

    def _restore(self) -> None:
        learnt = self.fold.state.on_learnt
        self.fold = type(self.fold).restore(codec.decode(self._copy), self._settings)
        for batch in self._since:
            self.fold.step(self._prepare(batch))
        self.fold.state.on_learnt = learnt

    def _list(self, offset: int, index: int, record: Batch, error: Exception) -> Quarantined:
        clock = self.fold.state.clock
        source: dict[str, Any] = {}
        if record.source[0] >= 0:
            of = record.sources[record.source[0]]
            at = int(record.offset[0])
            source = {
                "topic": of.topic_name,
                "source_partition": of.partition,
                "source_offset": at,
            }
        entry = Quarantined(
            partition=self._partition,
            offset=offset,
            index=index,
            cause=f"{type(error).__name__}: {error}"[:LONGEST_CAUSE],
            time=to_text(clock.now) if clock.running else None,
            **source,
        )
        self._quarantine.add(entry)
        self.new.append(entry)
        return entry

    def _alert(self, entry: Quarantined) -> Output:
        clock = self.fold.state.clock
        now = clock.now if clock.running else 0
        return self._quarantine.alert(entry, now, to_text(now))


def records(batch: Batch) -> Iterator[tuple[int, Batch]]:
    """The events of each source record, which are not to be parted, with the place of the first."""
    if not len(batch):
        return
    ticks = batch.source < 0
    differs = (np.diff(batch.source) != 0) | (np.diff(batch.offset) != 0) | ticks[1:]
    starts = [0, *(np.flatnonzero(differs) + 1).tolist()]
    for low, high in zip(starts, [*starts[1:], len(batch)], strict=True):
        yield low, batch.take(slice(low, high))
