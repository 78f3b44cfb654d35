"""A fold that costs little and forgives nothing: each output is a hash of all events before it.

A price may come out right although an event was lost on the way; this hash does not. It drops what
repeats by the same rule as the pricer's own fold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from online_models.fold.clock import Clock
from online_models.fold.state import FoldSettings
from online_models.journal.batch import Batch, Kind, SourcePartition
from online_models.journal.outputs import Output
from online_models.journal.source_progress import SourceProgress
from online_models.persistence.saved import restore, save

#: An event of this product fails, half done.
POISON = "poison"
#: Ticks of which one leads to an output.
TICKS = 5


class PoisonError(ArithmeticError):
    """An event's effect fails."""


class _State:
    """What the guard of the quarantine looks at."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.progress = SourceProgress()
        self.chain = b""
        self.ticks = 0
        self.on_learnt: Callable[..., None] | None = None


class LightFold:
    """Stands where the pricer's fold stands."""

    def __init__(self, settings: FoldSettings) -> None:
        self._settings = settings
        self.state = _State()

    def step(self, batch: Batch) -> list[Output]:
        """Take a batch; returns what its events lead to, in their order."""
        state, clock = self.state, self.state.clock
        clock.observe(batch.watermarks)
        outputs = []
        rows, poison = _rows(batch), poisonous(batch)
        for event in np.flatnonzero(state.progress.fresh(batch)).tolist():
            row = rows[event]
            tick = row.kind == Kind.TICK
            if tick:
                state.ticks += 1
                clock.tick(row.time, bool(row.flag))
            else:
                clock.now = max(clock.now, row.time)
            said = "\0".join(_words(batch, row))
            state.chain = hashlib.blake2b(state.chain + said.encode(), digest_size=12).digest()
            if event in poison:
                raise PoisonError("poison")
            if tick:
                marks = repr(sorted(clock.sources.items())).encode()
                state.chain = hashlib.blake2b(state.chain + marks, digest_size=12).digest()
                if state.ticks % TICKS:
                    continue
            sku = None if tick or row.sku < 0 else batch.texts[row.sku].encode()
            topic = "pricing-alerts" if sku is None else "price-changes"
            outputs.append(
                Output(
                    topic,
                    sku,
                    b'{"kind":"light","chain":"%s"}' % state.chain.hex().encode(),
                    max(clock.now, 0),
                )
            )
        return outputs

    def snapshot(self) -> dict[str, Any]:
        """The state as plain values."""
        state = self.state
        return {
            "clock": save(state.clock),
            "progress": save(state.progress),
            "chain": state.chain,
            "ticks": state.ticks,
        }

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any], settings: FoldSettings) -> LightFold:
        """A fold that goes on where a snapshot was taken."""
        fold = cls(settings)
        restore(fold.state.clock, snapshot["clock"])
        restore(fold.state.progress, snapshot["progress"])
        fold.state.chain = snapshot["chain"]
        fold.state.ticks = snapshot["ticks"]
        return fold


class _Row(NamedTuple):
    """An event: what the columns of these names hold of it."""

    kind: int
    source: int
    offset: int
    time: int
    amount: int
    number: int
    sku: int
    channel: int
    currency: int
    detail: int
    flag: int


#: The columns, in the order of a row.
_COLUMNS = [name if name != "number" else "count" for name in _Row._fields]


def _rows(batch: Batch) -> list[_Row]:
    columns = [getattr(batch, name).tolist() for name in _COLUMNS]
    return list(map(_Row._make, zip(*columns, strict=True)))


def _words(batch: Batch, row: _Row) -> Iterator[str]:
    """All that an event says, without how its batch was cut."""
    if row.source >= 0:
        name: SourcePartition = batch.sources[row.source]
        yield f"{name.topic} {name.partition} {row.offset}"
    yield f"{row.kind} {row.time} {row.amount} {row.number}"
    for text in (row.sku, row.channel, row.currency):
        yield "" if text < 0 else batch.texts[text]
    if row.kind == Kind.FACT:
        yield repr(batch.facts[row.detail])


def poisonous(batch: Batch) -> set[int]:
    """The events that fail."""
    if POISON not in batch.texts:
        return set()
    poison = batch.texts.index(POISON)
    return {event for event, sku in enumerate(batch.sku.tolist()) if sku == poison}
