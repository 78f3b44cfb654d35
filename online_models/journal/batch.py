"""A batch of journal events as columns: the only thing that the fold reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Kind:
    """What an event is; the value is what the journal stores.

    Plain integers: a member of an `IntEnum` costs a microsecond each time it is looked up.
    """

    ORDER: Final = 0
    CLICK: Final = 1
    COMPETITOR_PRICE: Final = 2
    FACT: Final = 3
    TICK: Final = 4


class Status:
    """`flag` of an order line."""

    PLACED: Final = 0
    CANCELLED: Final = 1
    RETURNED: Final = 2


class Action:
    """`flag` of a click."""

    VIEW: Final = 0
    CART: Final = 1
    REMOVE: Final = 2
    WISHLIST: Final = 3


class Agreed:
    """`extra` of a click: who agreed to prices and recommendations made for them."""

    NOBODY: Final = 0
    CUSTOMER: Final = 1
    SESSION: Final = 2


#: `flag` of a tick that forces the clock to its own time (from `pricing-control`, or an idle
#: shop); a tick without it moves the clock to the watermark of the sources.
FORCED = 1


class SourcePartition(NamedTuple):
    """A partition of an input topic.

    A topic that was deleted and made anew has its offsets anew: NAME@ID tells it from the one
    before. No topic's own name has an `@`.
    """

    topic: str
    partition: int

    @property
    def topic_name(self) -> str:
        """The topic's own name."""
        return self.topic.partition("@")[0]


#: The member of a policy's JSON that says which fields it came with that no policy has.
UNKNOWN_FIELDS = "unknown_fields"


class Fact(NamedTuple):
    """A record of a slow topic: its key, and its validated JSON (None: a tombstone)."""

    topic: str
    key: str | None
    value: bytes | None


class Watermark(NamedTuple):
    """How far the event time of a source has come; an idle source holds nobody up."""

    source: SourcePartition
    time: int
    idle: bool


#: Column → dtype, in the order in which the journal stores them.
COLUMNS: dict[str, str] = {
    "kind": "<u1",
    "time": "<i8",
    "source": "<i4",
    "offset": "<i8",
    "identity": "<i8",
    "sku": "<i4",
    "channel": "<i4",
    "currency": "<i4",
    "amount": "<i8",
    "count": "<i8",
    "detail": "<i4",
    "extra": "<i8",
    "flag": "<i1",
    "confidence": "<i4",
    "person": "<i8",
    "segment": "<i4",
}


@dataclass(slots=True)
class Batch:
    """Events of one journal record, in their total order; all columns have shape (n,).

    `time` is event time (ms; a fact without a time has its record's timestamp). `source` indexes
    `sources`, −1 for what ingest itself adds (ticks). `identity` is a hash of `event_id`, 0 where
    there is none. `sku`, `channel`, `currency`, `segment` index `texts`, −1 for none.

    | kind | amount | count | detail | extra | flag | confidence |
    |---|---|---|---|---|---|---|
    | ORDER | unit price | quantity | promotion (texts) | hash of the order id | Status | |
    | CLICK | price shown, −1 for none | clicks | | Agreed | Action | |
    | COMPETITOR_PRICE | price | | competitor (texts) | shipping | 1: in stock | parts per million |
    | FACT | | | index into `facts` | | | |
    | TICK | | | | | FORCED or 0 | |

    `amount` and `extra` prices are minor units of `currency`. `person` is a keyed hash of the
    customer or session, 0 for none. One source record never spans two batches of a partition, and
    none holds it twice.
    """

    texts: list[str]
    sources: list[SourcePartition]
    facts: list[Fact]
    watermarks: list[Watermark]
    kind: NDArray[np.uint8]
    time: NDArray[np.int64]
    source: NDArray[np.int32]
    offset: NDArray[np.int64]
    identity: NDArray[np.int64]
    sku: NDArray[np.int32]
    channel: NDArray[np.int32]
    currency: NDArray[np.int32]
    amount: NDArray[np.int64]
    count: NDArray[np.int64]
    detail: NDArray[np.int32]
    extra: NDArray[np.int64]
    flag: NDArray[np.int8]
    confidence: NDArray[np.int32]
    person: NDArray[np.int64]
    segment: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Batch:
        """The events at `rows`, in that order; texts, sources and facts are shared."""
        columns = {name: getattr(self, name)[rows] for name in COLUMNS}
        return Batch(self.texts, self.sources, self.facts, self.watermarks, **columns)


#: What a column holds where an event has nothing to say.
DEFAULTS: dict[str, int] = {
    "source": -1,
    "offset": -1,
    "sku": -1,
    "channel": -1,
    "currency": -1,
    "amount": -1,
    "count": 1,
    "detail": -1,
    "confidence": 1_000_000,
    "segment": -1,
}


@dataclass(slots=True)
class BatchBuilder:
    """Collects events one by one, for shells and tests that are not in a hurry."""

    columns: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    texts: dict[str, int] = field(default_factory=dict)
    sources: dict[SourcePartition, int] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)

    def text(self, text: str | None) -> int:
        """The index of a text, −1 for None."""
        return -1 if text is None else self.texts.setdefault(text, len(self.texts))

    def fact(self, fact: Fact) -> int:
        """The index of a fact."""
        self.facts.append(fact)
        return len(self.facts) - 1

    def add(
        self, kind: int, time: int, source: SourcePartition | None = None, **values: int
    ) -> None:
        """Append one event; columns not named keep their default."""
        at = -1 if source is None else self.sources.setdefault(source, len(self.sources))
        values |= {"kind": kind, "time": time, "source": at}
        for name, column in self.columns.items():
            column.append(values.get(name, DEFAULTS.get(name, 0)))

    def batch(self, watermarks: list[Watermark] | None = None) -> Batch:
        """The events so far as one batch."""
        return Batch(
            list(self.texts),
            list(self.sources),
            self.facts,
            watermarks or [],
            **{name: np.array(self.columns[name], dtype=dtype) for name, dtype in COLUMNS.items()},
        )
