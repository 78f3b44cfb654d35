"""What a slow topic's file provides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.fold.state import State
from online_models.journal.batch import Fact
from online_models.journal.outputs import Output
from online_models.shop.catalogue import ALWAYS, NEVER


class Reach(Enum):
    """Whom a record concerns: one SKU (its partition alone gets it), or anybody (all do)."""

    SKU = "sku"
    ALL = "all"


class FactEffect(NamedTuple):
    """What a record leads to: offers to decide anew, outputs of its own, offers that it puts on
    sale (which are then decided too), and offers that show another price now, undecided.
    """

    rows: NDArray[np.int64]
    outputs: list[Output]
    on_sale: Sequence[int] = ()
    shown: Sequence[int] = ()


NOBODY = np.zeros(0, dtype=np.int64)
NOTHING = FactEffect(NOBODY, [])

Apply = Callable[[State, Fact, int], FactEffect]


@dataclass(frozen=True, slots=True)
class Handler:
    """`apply(state, fact, now)` changes the state by one record; `now` is the stream's clock, ms.

    `moves_clock`: whether the record's own time moves that clock on, and `ahead`: by how much at
    most, ms; further ahead, whoever wrote it lives in another time than the events.
    """

    topic: str
    reach: Reach
    apply: Apply
    moves_clock: bool = False
    ahead: int = NEVER

    def moves(self, time: int, clock: int) -> bool:
        """Whether a record's `time` moves on the clock, which stands at `clock`, ms."""
        return self.moves_clock and (clock == ALWAYS or time - clock <= self.ahead)
