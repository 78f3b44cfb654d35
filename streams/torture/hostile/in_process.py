"""Hostile records through border, journal, fold and snapshots, without Kafka."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from online_models.fold.fold import Fold
from online_models.journal.outputs import Output
from schemas.records.quarantined import Quarantined
from schemas.topics import TOPICS, decode
from streams.configuration.settings import Settings
from streams.ingest.border import Border
from streams.ingest.dead_letters import written
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.ingest.routing import Router, pieces
from streams.journal import codec
from streams.kafka.kafka_record import Record
from streams.pricer.snapshots import codec as snapshots
from streams.quarantine.entries import Quarantine
from streams.quarantine.guard import Guard

#: Bytes of a journal record.
LARGEST = 4 << 20


@dataclass
class Passage:
    """One partition's way from input record to output."""

    settings: Settings
    border: Border = field(default_factory=lambda: Border(b"key", {}))
    outputs: list[Output] = field(default_factory=list)
    #: Records that became events, and that were buried; what was quarantined.
    taken: int = 0
    buried: int = 0
    quarantined: list[Quarantined] = field(default_factory=list)
    #: What the dearest record cost, CPU seconds.
    slowest: float = 0.0
    _position: int = 0

    def __post_init__(self) -> None:
        self._decoder = Decoder(self.border)
        self._router = Router(1)
        self._guard = Guard(Fold(self.settings.fold), self.settings.fold, 0, Quarantine())

    def take(self, records: Sequence[Record]) -> set[int]:
        """Take records; returns the places of those that are accounted for."""
        begun = time.process_time()
        decoded = self._decoder.decode(as_given(records))
        for _, letter in decoded.dead:
            written(letter, self.border.customer.text)
        for _, part in self._router.split(decoded.batch):
            for value in pieces(part, codec.encode, LARGEST):
                self.outputs += self._guard.step(self._position, codec.decode(value))
                self._position += 1
        self.quarantined = self._guard.new
        self.slowest = max(self.slowest, (time.process_time() - begun) / len(records))
        taken = set(np.unique(decoded.places).tolist())
        self.taken += len(taken)
        self.buried += len(decoded.dead)
        return taken | {place for place, _ in decoded.dead}

    def restart(self) -> None:
        """Save the state, and go on from what was saved."""
        parts = snapshots.encode(self._guard.fold.snapshot(), self._position)
        state = snapshots.decode([snapshots.decode_part(part) for part in parts])
        new, quarantine = self._guard.new, Quarantine(self._guard.new)
        fold = Fold.restore(state, self.settings.fold)
        self._guard = Guard(fold, self.settings.fold, 0, quarantine)
        self._guard.new = new

    def unsound(self) -> list[str]:
        """What is wrong with the outputs: each is a record of its topic."""
        wrong = []
        for output in self.outputs:
            try:
                if TOPICS[output.topic].record is not None:
                    decode(output.topic, output.value)
            except ValueError as error:
                wrong.append(f"{output.topic}: {error}")
        return wrong
