"""Events of one round of reading, gathered topic by topic, put in order at the end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.fold.batch import COLUMNS, Batch, Fact, Source

#: What an event row holds, in this order: the place of its record in the round, its line within
#: the record, and then the columns of the batch that are not derived from the record.
FIELDS = (
    "place",
    "kind",
    "time",
    "identity",
    "sku",
    "channel",
    "currency",
    "amount",
    "count",
    "detail",
    "extra",
    "flag",
    "confidence",
    "person",
    "segment",
)
WIDTH = len(FIELDS)


class Gathered:
    """Rows of integers in one flat list: the cheapest thing that Python can append to."""

    def __init__(self) -> None:
        self.flat: list[int] = []
        self.texts: dict[str, int] = {}
        self.facts: list[Fact] = []

    def text(self, text: str | None) -> int:
        """The index of a text, −1 for None."""
        return -1 if text is None else self.texts.setdefault(text, len(self.texts))

    def fact(self, fact: Fact) -> int:
        """The index of a fact."""
        self.facts.append(fact)
        return len(self.facts) - 1

    def batch(
        self, sources: list[Source], source: NDArray[np.int32], offset: NDArray[np.int64]
    ) -> tuple[Batch, NDArray[np.int64]]:
        """All events in the order of their records, and the place of each one's record.

        `source` and `offset` are those of the record at each place.
        """
        table = np.array(self.flat, dtype=np.int64).reshape(-1, WIDTH)
        table = table[np.argsort(table[:, 0], kind="stable")]
        place = table[:, 0]
        columns = {
            name: np.ascontiguousarray(table[:, i], dtype=COLUMNS[name])
            for i, name in enumerate(FIELDS[1:], start=1)
        }
        columns["source"] = source[place]
        columns["offset"] = offset[place]
        return Batch(list(self.texts), sources, self.facts, [], **columns), place
