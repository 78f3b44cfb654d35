"""What led to decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

#: Topic of the cause where time alone led to a decision and no input record told it.
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

    @property
    def by_time(self) -> NDArray[np.bool_]:
        """Where time alone led to the decision."""
        return self.topic < 0 if self.timed is None else self.timed

    def take(self, rows: NDArray[np.intp]) -> Causes:
        """The causes of some of the decisions."""
        timed = self.by_time[rows]
        return Causes(self.topics, self.topic[rows], self.partition[rows], self.offset[rows], timed)
