"""Events of one round of reading, gathered topic by topic, put in order at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.journal.batch import COLUMNS, DEFAULTS, Batch, Fact, SourcePartition

#: Columns that follow from the place of an event's record in the round.
_OF_RECORD = ("source", "offset")
#: One value for each of some events, or the one that they all have.
Values = Sequence[int] | int


class Texts(dict[str, int]):
    """Text → its index, in the order in which they are first asked for.

    >>> texts = Texts()
    >>> texts["a"], texts["b"], texts["a"]
    (0, 1, 0)
    """

    def __missing__(self, text: str) -> int:
        index = self[text] = len(self)
        return index

    def of(self, names: Sequence[str]) -> Values:
        """The indices of texts, of which there is one at least."""
        first = names[0]
        if names.count(first) == len(names):
            return self[first]
        return list(map(self.__getitem__, names))

    def of_some(self, names: Sequence[str | None]) -> Values:
        """The indices of texts, −1 for None; an empty text is none of these."""
        if not any(names):
            return -1
        return [-1 if name is None else self[name] for name in names]


class Gathered:
    """Columns of plain integers, piece by piece: the cheapest thing that Python can make."""

    def __init__(self) -> None:
        self.texts = Texts()
        self.facts: list[Fact] = []
        self._pieces: list[tuple[int, dict[str, Values]]] = []

    def text(self, text: str | None) -> int:
        """The index of a text, −1 for None."""
        return -1 if text is None else self.texts[text]

    def fact(self, fact: Fact) -> int:
        """The index of a fact."""
        self.facts.append(fact)
        return len(self.facts) - 1

    def add(self, number: int, place: Values, **columns: Values) -> None:
        """Append so many events: the places of their records in the round, and the columns of the
        batch in which they have something to say.
        """
        self._pieces.append((number, {"place": place, **columns}))

    def batch(
        self, sources: list[SourcePartition], source: NDArray[np.int32], offset: NDArray[np.int64]
    ) -> tuple[Batch, NDArray[np.int64]]:
        """All events in the order of their records, and the place of each one's record.

        `source` and `offset` are those of the record at each place.
        """
        place = self._column("place", "<i8")
        columns = {n: self._column(n, dtype) for n, dtype in COLUMNS.items() if n not in _OF_RECORD}
        if np.count_nonzero(place[1:] < place[:-1]):
            order = np.argsort(place, kind="stable")
            place = place[order]
            columns = {name: column[order] for name, column in columns.items()}
        columns["source"], columns["offset"] = source[place], offset[place]
        return Batch(list(self.texts), sources, self.facts, [], **columns), place

    def _column(self, name: str, dtype: str) -> NDArray[Any]:
        default = DEFAULTS.get(name, 0)
        parts = [(number, columns.get(name, default)) for number, columns in self._pieces]
        if len(parts) == 1:
            ((number, part),) = parts
            return np.full(number, part, dtype) if isinstance(part, int) else np.array(part, dtype)
        values: list[int] = []
        for number, part in parts:
            values += [part] * number if isinstance(part, int) else part
        return np.array(values, dtype)
