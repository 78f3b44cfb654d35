"""What a slow topic's file provides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.fold.state import State
from online_models.journal.batch import Fact
from online_models.journal.outputs import Output
from online_models.shop.catalogue import ALWAYS, NEVER
from schemas.records.shop.products import Product

#: Nothing reported.
EMPTY: Mapping[int, int] = MappingProxyType({})


class Reach(Enum):
    """Whom a record concerns: one SKU (its partition alone gets it), or anybody (all do)."""

    SKU = "sku"
    ALL = "all"


class Description(NamedTuple):
    """What the offers of a SKU are: what a network forecasts new ones by."""

    rows: Sequence[int]
    product: Product


class FactEffect(NamedTuple):
    """What a record leads to, beyond the shop that it describes."""

    #: Offers to decide anew, and records to publish.
    rows: NDArray[np.int64]
    outputs: list[Output]
    #: Offers that leave sale, that return to it after their product was retired, and that come on
    #: sale, which are then decided too.
    off_sale: Sequence[int] = ()
    returned: Sequence[int] = ()
    on_sale: Sequence[int] = ()
    #: Offers that show something else now, decided or not; and the prices that the shop says it
    #: shows, minor units.
    shown: Sequence[int] = ()
    reported_price: Mapping[int, int] = EMPTY
    description: Description | None = None


NOBODY = np.zeros(0, dtype=np.int64)
NOTHING = FactEffect(NOBODY, [])

Apply = Callable[[State, Fact, int], FactEffect]


@dataclass(frozen=True, slots=True)
class Handler:
    """`apply(state, fact, now)` changes the state by one record; `now` is the stream's clock, ms.

    `moves_clock`: whether the record's own time moves that clock on, and `ahead`: by how much at
    most, ms; further ahead, whoever wrote it lives in another time than the events. `of_prices`:
    whether it is about prices in force, and so applied once new offers have their first.
    `introduce(state, fact)` takes up what a record names, record by record in the order of the
    journal; where there is one, a record of a SKU that nothing else has named is refused, and makes
    no room for it.
    """

    topic: str
    reach: Reach
    apply: Apply
    moves_clock: bool = False
    ahead: int = NEVER
    of_prices: bool = False
    introduce: Callable[[State, Fact], None] | None = None

    def moves(self, time: int, clock: int) -> bool:
        """Whether a record's `time` moves on the clock, which stands at `clock`, ms."""
        return self.moves_clock and (clock == ALWAYS or time - clock <= self.ahead)
