"""Records in, one ordered batch of events out; what is wrong becomes a dead letter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.fold.batch import Batch, Source
from schemas.records import RecordError
from schemas.topics import TOPICS
from streams.ingest.border import Border
from streams.ingest.gathered import Gathered
from streams.ingest.hot import HOT
from streams.ingest.slow import SLOW, gather
from streams.records import DeadLetter, Record

#: A larger value is no event of a shop; it would only crowd out others.
LARGEST_VALUE = 512 * 1024
#: What may come in.
INPUTS = frozenset(HOT) | frozenset(SLOW)


class Decoded(NamedTuple):
    """One round of reading. `place` (shape (events,)): index of each event's record."""

    batch: Batch
    place: NDArray[np.int64]
    dead: list[tuple[int, DeadLetter]]


class Decoder:
    """Decodes rounds of records, in the order given; what it decides depends on that order alone,
    never on where a round ends.
    """

    def __init__(self, border: Border) -> None:
        self.border = border

    def decode(self, records: Sequence[Record]) -> Decoded:
        """All events of a round, and dead letters with the place of their record."""
        gathered = Gathered()
        errors: dict[int, str] = {}
        waiting: dict[str, list[int]] = {}
        for place, record in enumerate(records):
            topic = record.topic
            if record.value is not None and len(record.value) > LARGEST_VALUE:
                size = len(record.value)
                errors[place] = f"value has {size} bytes, more than {LARGEST_VALUE} allowed"
            elif topic in HOT:
                waiting.setdefault(topic, []).append(place)
            elif topic in INPUTS:
                if topic == "products":  # from here on its currency counts
                    self._hot(records, waiting, gathered, errors)
                try:
                    gather(record, place, gathered, self.border)
                except RecordError as error:
                    errors[place] = str(error)
            else:
                known = "is no input topic" if topic in TOPICS else "is no topic of the pricer"
                errors[place] = f"topic: {topic!r} {known}"
        self._hot(records, waiting, gathered, errors)
        sources: dict[Source, int] = {}
        source = [sources.setdefault(Source(r.topic, r.partition), len(sources)) for r in records]
        offset = [record.offset for record in records]
        batch, places = gathered.batch(list(sources), source, offset)
        dead = [(place, DeadLetter(records[place], errors[place])) for place in sorted(errors)]
        return Decoded(batch, places, dead)

    def _hot(
        self,
        records: Sequence[Record],
        waiting: dict[str, list[int]],
        gathered: Gathered,
        errors: dict[int, str],
    ) -> None:
        for topic, places in waiting.items():
            decoder, events = HOT[topic]
            decoded = decoder.decode([records[place].value for place in places])
            rows = [
                (place, records[place].timestamp, row)
                for place, row in zip(places, decoded.rows, strict=True)
                if row is not None
            ]
            errors |= {places[i]: error for i, error in decoded.errors.items()}
            errors |= events(rows, gathered, self.border)
        waiting.clear()
