"""Records in, one ordered batch of events out; what is wrong becomes a dead letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import repeat
from operator import itemgetter
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from online_models.journal.batch import COLUMNS, Batch
from schemas.records.record import RecordError
from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.formats.intake import InputFormats, original
from streams.ingest.border import Border
from streams.ingest.gathered import Gathered
from streams.ingest.hidden_names import hide_in_message
from streams.ingest.hot import HOT
from streams.ingest.order import Run
from streams.ingest.slow import SLOW, gather
from streams.kafka.kafka_record import LARGEST_VALUE, DeadLetter, Record, may_be_flawed

PRODUCTS = "products"
#: Columns without events.
_NOTHING = {name: np.zeros(0, dtype=dtype) for name, dtype in COLUMNS.items()}
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

    def __init__(self, border: Border, intake: InputFormats | None = None) -> None:
        self.border = border
        self.intake = intake or InputFormats({})

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """A decoder of records as producers send them under these settings."""
        key = settings.customer_key.get_secret_value().encode()
        return cls(Border(key, settings.rates), InputFormats.of(settings))

    def decode(self, runs: Sequence[Run]) -> Decoded:
        """All events of a round, and dead letters with the place of their record as it was sent."""
        if not runs:  # an idle shop's rounds, and most of a busy one's
            return Decoded(Batch([], [], [], [], **_NOTHING), _NOTHING["offset"], [])
        runs = [run.of(self.intake.convert(run.source.topic, run.records)) for run in runs]
        gathered = Gathered()
        errors: dict[int, str] = {}
        total = sum(len(run.records) for run in runs)
        rest = [run for run in runs if run.source.topic != PRODUCTS]
        known, judged = self.border.currencies.of_sku, 0
        for place, record in self._products(runs, errors):
            before = len(known)
            self._slow(record, place, gathered, errors)
            if len(known) > before and rest:
                # a product's currency counts from its place on
                sku, currency = known.popitem()
                self._between(rest, judged, place, gathered, errors)
                known[sku], judged = currency, place
        self._between(rest, judged, total, gathered, errors)
        source = np.zeros(total, dtype=np.int32)
        offset = np.zeros(total, dtype=np.int64)
        for i, run in enumerate(runs):
            source[run.places] = i
            offset[run.places] = [record.offset for record in run.records]
        batch, places = gathered.batch([run.source for run in runs], source, offset)
        return Decoded(batch, places, self._dead(runs, errors))

    def _products(
        self, runs: Sequence[Run], errors: dict[int, str]
    ) -> Iterator[tuple[int, Record]]:
        """The product records of all runs with their places, in order of these."""
        some = [self._admitted(r, errors) for r in runs if r.source.topic == PRODUCTS]
        placed = (zip(r.places.tolist(), range(len(r.records)), repeat(r)) for r in some)
        for place, i, run in merge(*placed, key=itemgetter(0)):
            yield place, run.record(i)

    def _between(
        self, runs: Sequence[Run], low: int, high: int, gathered: Gathered, errors: dict[int, str]
    ) -> None:
        """Decode the records with places in [low, high)."""
        found = (self._admitted(run.between(low, high), errors) for run in runs)
        parts = [part for part in found if part.records]
        for topic, hot in HOT.items():
            some = [part for part in parts if part.source.topic == topic]
            if some:
                places = [place for part in some for place in part.places.tolist()]
                records = [record for part in some for record in part.records]
                errors |= hot.gather(records, places, gathered, self.border)
        for part in parts:
            topic, places = part.source.topic, part.places.tolist()
            if topic in SLOW:
                for i, place in enumerate(places):
                    self._slow(part.record(i), place, gathered, errors)
            elif topic not in HOT:
                known = "is no input topic" if topic in TOPICS else "is no topic of the pricer"
                errors |= dict.fromkeys(places, f"topic: {topic!r} {known}")

    def _slow(self, record: Record, place: int, gathered: Gathered, errors: dict[int, str]) -> None:
        try:
            gather(record, place, gathered, self.border)
        except RecordError as error:
            errors[place] = str(error)

    def _admitted(self, run: Run, errors: dict[int, str]) -> Run:
        """The run without records that no decoder need look at."""
        values = filter(None, [record.value for record in run.records])
        sound = not any(map(may_be_flawed, set(map(type, run.records))))
        if sound and max(map(len, values), default=0) <= LARGEST_VALUE:
            return run
        kept = []
        for i, (place, record) in enumerate(zip(run.places.tolist(), run.records, strict=True)):
            size = len(record.value or b"")
            if error := getattr(record, "error", None):
                errors[place] = error
            elif size > LARGEST_VALUE:
                errors[place] = f"value has {size} bytes, more than {LARGEST_VALUE} allowed"
            else:
                kept.append(i)
        return Run(run.source, [run.records[i] for i in kept], run.places[kept])

    def _dead(self, runs: Sequence[Run], errors: dict[int, str]) -> list[tuple[int, DeadLetter]]:
        if not errors:
            return []
        records = {
            place: run.of([original(run.records[i])]).record(0)
            for run in runs
            for i, place in enumerate(run.places.tolist())
            if place in errors
        }
        return [(place, self._letter(records[place], errors[place])) for place in sorted(errors)]

    def _letter(self, record: Record, error: str) -> DeadLetter:
        personal = self.intake.personal(record.topic)
        opaque = self.intake.is_opaque(record.topic, record.value)
        return DeadLetter(record, hide_in_message(error), personal, opaque)
