"""Records in, one ordered batch of events out; what is wrong becomes a dead letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.fold.batch import Batch
from schemas.records import RecordError
from schemas.topics import TOPICS
from streams.ingest.border import Border
from streams.ingest.gathered import Gathered
from streams.ingest.hot import HOT
from streams.ingest.order import Run
from streams.ingest.slow import SLOW, gather
from streams.records import DeadLetter

#: A larger value is no event of a shop; it would only crowd out others.
LARGEST_VALUE = 512 * 1024
#: What may come in.
INPUTS = frozenset(HOT) | frozenset(SLOW)


class Decoded(NamedTuple):
    """One round of reading. `places` (shape (events,)): the place of each event's record."""

    batch: Batch
    places: NDArray[np.int64]
    dead: list[tuple[int, DeadLetter]]


class Decoder:
    """Decodes rounds of records; what it decides depends on the order of the records alone,
    never on where a round ends.
    """

    def __init__(self, border: Border) -> None:
        self.border = border

    def decode(self, runs: Sequence[Run]) -> Decoded:
        """All events of a round, and dead letters with the place of their record."""
        gathered = Gathered()
        errors: dict[int, str] = {}
        total = sum(len(run.records) for run in runs)
        # a product's currency counts from its place on
        cuts = sorted({place for run in runs if _is_products(run) for place in run.places.tolist()})
        in_turn = sorted(runs, key=_is_products, reverse=True)
        for low, high in pairwise([0, *cuts, total]):
            for run in in_turn if not cuts else _within(in_turn, low, high):
                self._run(run, gathered, errors)
        source = np.zeros(total, dtype=np.int32)
        offset = np.zeros(total, dtype=np.int64)
        for i, run in enumerate(runs):
            source[run.places] = i
            offset[run.places] = [record.offset for record in run.records]
        batch, places = gathered.batch([run.source for run in runs], source, offset)
        return Decoded(batch, places, _dead(runs, errors))

    def _run(self, run: Run, gathered: Gathered, errors: dict[int, str]) -> None:
        topic = run.source.topic
        values = [record.value for record in run.records]
        if max(map(len, filter(None, values)), default=0) > LARGEST_VALUE:
            run = self._without_large(run, errors)
            values = [record.value for record in run.records]
        places = run.places.tolist()
        if topic in HOT:
            stamps = [record.timestamp for record in run.records]
            errors |= HOT[topic].gather(values, places, stamps, gathered, self.border)
        elif topic in INPUTS:
            for i, place in enumerate(places):
                try:
                    gather(run.record(i), place, gathered, self.border)
                except RecordError as error:
                    errors[place] = str(error)
        else:
            known = "is no input topic" if topic in TOPICS else "is no topic of the pricer"
            errors |= dict.fromkeys(places, f"topic: {topic!r} {known}")

    def _without_large(self, run: Run, errors: dict[int, str]) -> Run:
        kept = []
        for i, (place, record) in enumerate(zip(run.places.tolist(), run.records, strict=True)):
            size = len(record.value or b"")
            if size > LARGEST_VALUE:
                errors[place] = f"value has {size} bytes, more than {LARGEST_VALUE} allowed"
            else:
                kept.append(i)
        return Run(run.source, [run.records[i] for i in kept], run.places[kept])


def _within(runs: Sequence[Run], low: int, high: int) -> Iterator[Run]:
    """The parts of runs with places in [low, high), where there are any."""
    for run in runs:
        part = run.between(low, high)
        if part.records:
            yield part


def _is_products(run: Run) -> bool:
    return run.source.topic == "products"


def _dead(runs: Sequence[Run], errors: dict[int, str]) -> list[tuple[int, DeadLetter]]:
    if not errors:
        return []
    records = {
        place: run.record(i)
        for run in runs
        for i, place in enumerate(run.places.tolist())
        if place in errors
    }
    return [(place, DeadLetter(records[place], errors[place])) for place in sorted(errors)]
