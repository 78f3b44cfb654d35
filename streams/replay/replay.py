"""A recording through the fold: from its journal where it has one, else from its input topics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from online_models.fold.state import State
from online_models.journal.batch import Batch
from online_models.shop.catalogue import Catalogue
from streams.configuration.policy_file import PolicyRecord
from streams.configuration.settings import Settings
from streams.ingest.dead_letters import TOPIC as DEAD_LETTERS
from streams.ingest.dead_letters import written
from streams.ingest.decoder import INPUTS, Decoder
from streams.ingest.order import as_given
from streams.journal import TOPIC as JOURNAL
from streams.journal import codec
from streams.kafka.kafka_record import KafkaRecord
from streams.quarantine import entries as quarantine
from streams.quarantine.entries import Quarantine
from streams.recording.entry import Entry, RecordingError
from streams.recording.reader import Recording
from streams.replay.pricers import EXCHANGED, Priced, Pricers, timely
from streams.replay.tick_inserter import TickInserter

#: Input records taken at once.
ROUND = 4000


class Replay:
    """Iterates over the output entries; `done` counts the entries that were read.

    A recorded journal gives exactly what the workers gave. Recorded inputs, merged by timestamp,
    say what would have been: given policies replace those of the recording. `watch` is shown every
    batch before it is folded.
    """

    def __init__(
        self,
        settings: Settings,
        paths: list[Path],
        policies: list[PolicyRecord] | None,
        until: int | None,
        watch: Callable[[Batch], None] | None = None,
    ) -> None:
        # what the partitions exchanged is in the journal; without one they exchange it anew
        recording = Recording(paths, (INPUTS - set(EXCHANGED)) | {JOURNAL})
        self.from_journal = JOURNAL in recording.topics
        if not recording.topics:
            raise RecordingError(
                f"nothing to replay: neither {JOURNAL} nor any input topic in "
                + ", ".join(str(path) for path in paths)
            )
        whole = len(recording.topics) == 1 or not self.from_journal
        self.recording = recording if whole else Recording(paths, {JOURNAL})
        self.done = 0
        self._settings = settings
        listed = _quarantined(paths) if self.from_journal else {}
        self._pricers = Pricers(settings, policies, until, listed, from_journal=self.from_journal)
        self._until = until
        self._watch = watch
        self._offsets: dict[tuple[str, int], int] = {}

    def catalogues(self) -> list[Catalogue]:
        """What the pricers know of the offers by now, a part of them each."""
        return [state.catalogue for state in self.states()]

    def states(self) -> list[State]:
        """All that the pricers have come to know by now, a part of the offers each."""
        return self._pricers.states()

    def __iter__(self) -> Iterator[Entry]:
        """Replay."""
        yield from self._journal() if self.from_journal else self._inputs()

    def _journal(self) -> Iterator[Entry]:
        positions: dict[int, int] = {}
        for entry in self.recording:
            self.done += 1
            partition, offset = entry.partition, entry.offset
            expected = positions.get(partition, offset)
            if offset != expected:
                raise RecordingError(f"{JOURNAL}-{partition}: offset {offset} after {expected - 1}")
            positions[partition] = offset + 1
            try:
                batch = codec.decode(entry.value or b"", entry.timestamp)
            except codec.JournalError as error:
                raise RecordingError(f"{JOURNAL}-{partition} offset {offset}: {error}") from error
            yield from self._step(partition, batch, offset)

    def _inputs(self) -> Iterator[Entry]:
        decoder, ticks = Decoder.of(self._settings), TickInserter()
        entries = iter(self.recording)
        while records := list(islice(entries, ROUND)):
            yield from self._round(decoder, ticks, records)
            self.done += len(records)
        yield from self._all(ticks.end(ticks.latest))

    def _round(
        self, decoder: Decoder, ticks: TickInserter, records: Iterable[KafkaRecord]
    ) -> Iterator[Entry]:
        decoded = decoder.decode(as_given(records))
        for _, letter in decoded.dead:
            found = letter.record
            if self._until is not None and found.timestamp > self._until:
                continue
            key, value, labels = written(letter, decoder.border.customer.text)
            yield self._entry(DEAD_LETTERS, 0, key, value, found.timestamp, tuple(labels))
        for day, over in ticks.days(ticks.insert(decoded.batch)):
            yield from self._all(day)
            if over:
                yield from self._all(self._pricers.shared_evidence())

    def _all(self, batch: Batch) -> Iterator[Entry]:
        for partition, part in self._pricers.split(batch):
            yield from self._step(partition, part)

    def _step(self, partition: int, batch: Batch, offset: int | None = None) -> Iterator[Entry]:
        if self._watch is not None:
            self._watch(batch if self._until is None else timely(batch, self._until))
        for priced in self._pricers.step(partition, batch, offset):
            yield self._output(priced)

    def _output(self, priced: Priced) -> Entry:
        output = priced.output
        return self._entry(output.topic, priced.partition, output.key, output.value, output.time)

    def _entry(
        self,
        topic: str,
        partition: int,
        key: bytes | None,
        value: bytes | None,
        timestamp: int,
        labels: tuple[tuple[str, bytes], ...] = (),
    ) -> Entry:
        offset = self._offsets.get((topic, partition), 0)
        self._offsets[topic, partition] = offset + 1
        return Entry(topic, partition, offset, key, value, timestamp, labels)


def _quarantined(paths: list[Path]) -> dict[int, Quarantine]:
    """What the workers skipped, by partition, where the recording says so."""
    found: dict[int, Quarantine] = {}
    for entry in Recording(paths, {quarantine.TOPIC}):
        if entry.value is not None:
            found.setdefault(entry.partition, Quarantine()).add(quarantine.decoded(entry.value))
    return found
