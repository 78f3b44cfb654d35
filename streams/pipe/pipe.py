"""Lines in, lines out: the same border and the same fold as a worker's, in one process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import msgspec
import numpy as np

from online_models.fold.fold import Fold
from online_models.journal.batch import Kind
from streams.configuration.policy_file import TOPIC as POLICIES
from streams.configuration.policy_file import PolicyRecord
from streams.configuration.settings import Settings
from streams.ingest.decoder import Decoded, Decoder
from streams.ingest.order import as_given
from streams.kafka.kafka_record import DeadLetter, Record
from streams.pipe.lines import PipeLineError, of_dead_letter, of_output, parse
from streams.quarantine.entries import Quarantine
from streams.quarantine.guard import Guard

CONTROL = "pricing-control"
#: Lines taken at once between ticks.
ROUND = 4000


class Pipe:
    """One partition, fed by lines; what comes out depends on the lines alone, never on how they
    are handed over.
    """

    def __init__(self, settings: Settings, policies: Iterable[PolicyRecord] = ()) -> None:
        self._decoder = Decoder.of(settings)
        fold = replace(settings.fold, partitions=1)
        self._guard = Guard(Fold(fold), fold, 0, Quarantine())
        self._steps = 0
        self._offsets: dict[str, int] = {}
        self._lines = 0
        given = [
            Record(POLICIES, 0, i, policy.key.encode(), policy.value, -1)
            for i, policy in enumerate(policies)
        ]
        self._offsets[POLICIES] = len(given)
        self.opening = list(self._run(given)) if given else []

    def feed(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The lines that these lines lead to, in order."""
        records: list[Record] = []
        for line in lines:
            self._lines += 1
            if not line.strip():
                continue
            try:
                record = parse(line, self._offsets)
            except PipeLineError as error:
                yield from self._run(records)
                records = []
                yield self._of_dead_letter(DeadLetter(self._malformed(line), str(error)))
                continue
            records.append(record)
            if record.topic == CONTROL or len(records) == ROUND:
                yield from self._run(records)
                records = []
        yield from self._run(records)

    def _of_dead_letter(self, letter: DeadLetter) -> bytes:
        return of_dead_letter(letter, self._decoder.border.customer.text)

    def _malformed(self, line: bytes) -> Record:
        return Record("stdin", 0, self._lines - 1, None, line.rstrip(b"\r\n"), -1)

    def _run(self, records: list[Record]) -> Iterator[bytes]:
        if not records:
            return
        decoded = self._decoder.decode(as_given(records))
        batch = decoded.batch
        low = 0
        for place, letter in decoded.dead:
            high = int(np.searchsorted(decoded.places, place))
            yield from self._step(decoded, low, high)
            yield self._of_dead_letter(letter)
            low = high
        yield from self._step(decoded, low, len(batch))
        if len(batch) and batch.kind[-1] == Kind.TICK and decoded.places[-1] == len(records) - 1:
            yield _echo(records[-1])

    def _step(self, decoded: Decoded, low: int, high: int) -> Iterator[bytes]:
        if high > low:
            part = decoded.batch.take(slice(low, high))
            for output in self._guard.step(self._steps, part):
                yield of_output(output)
            self._steps += 1


def _echo(tick: Record) -> bytes:
    """The tick as it was asked: the sign that everything up to it has been said."""
    value = msgspec.json.decode(tick.value or b"{}")
    echo = {"kind": "tick", "time": value.get("time")}
    return msgspec.json.encode({"topic": CONTROL, "key": None, "value": echo}) + b"\n"
