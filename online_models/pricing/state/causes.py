"""What led to decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

#: Topic of the cause where time alone led to a decision and no input record led to it.
TICK = "tick"


@dataclass(frozen=True, slots=True)
class Causes:
    """The input record behind each decision, shape (n,); `topic` indexes `topics`, −1 for none.

    `timed` marks decisions for which nothing but time has passed; such a decision is published
    only where it says something new. Left out, it is where there is no topic.
    """

    topics: Sequence[str]
    topic: Ints
    partition: Ints
    offset: Ints
    timed: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, records: Sequence[tuple[str, int, int]]) -> Causes:
        """The causes of decisions by the topic, partition and offset of the record behind each."""
        topics = list(dict.fromkeys(topic for topic, _, _ in records))
        places = [(topics.index(topic), partition, offset) for topic, partition, offset in records]
        columns = np.array(places, dtype=np.int64).reshape(-1, 3)
        return cls(topics, columns[:, 0], columns[:, 1], columns[:, 2])

    @property
    def by_time(self) -> NDArray[np.bool_]:
        """Where time alone led to the decision."""
        return self.topic < 0 if self.timed is None else self.timed

    def take(self, rows: NDArray[np.intp]) -> Causes:
        """The causes of some of the decisions."""
        timed = self.by_time[rows]
        return Causes(self.topics, self.topic[rows], self.partition[rows], self.offset[rows], timed)
