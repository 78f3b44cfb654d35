"""A fold that costs little and forgives nothing: each output is a hash of all events before it.

A price may come out right although an event was lost on the way; this hash does not. It drops what
repeats by the same rule as the pricer's own fold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

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
        for event in np.flatnonzero(state.progress.fresh(batch)).tolist():
            tick = int(batch.kind[event]) == Kind.TICK
            if tick:
                state.ticks += 1
                clock.tick(int(batch.time[event]), bool(batch.flag[event]))
            else:
                clock.now = max(clock.now, int(batch.time[event]))
            said = "\0".join(_words(batch, event))
            state.chain = hashlib.blake2b(state.chain + said.encode(), digest_size=12).digest()
            if poisonous(batch, event):
                raise PoisonError("poison")
            if tick:
                marks = repr(sorted(clock.sources.items())).encode()
                state.chain = hashlib.blake2b(state.chain + marks, digest_size=12).digest()
                if state.ticks % TICKS:
                    continue
            sku = None if tick or batch.sku[event] < 0 else batch.texts[batch.sku[event]].encode()
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


def _words(batch: Batch, event: int) -> Iterator[str]:
    """All that an event says, without how its batch was cut."""
    kind, source = int(batch.kind[event]), int(batch.source[event])
    if source >= 0:
        name: SourcePartition = batch.sources[source]
        yield f"{name.topic} {name.partition} {int(batch.offset[event])}"
    yield f"{kind} {int(batch.time[event])} {int(batch.amount[event])} {int(batch.count[event])}"
    for column in (batch.sku, batch.channel, batch.currency):
        text = int(column[event])
        yield "" if text < 0 else batch.texts[text]
    if kind == Kind.FACT:
        yield repr(batch.facts[batch.detail[event]])


def poisonous(batch: Batch, event: int) -> bool:
    """Whether an event fails."""
    sku = int(batch.sku[event])
    return sku >= 0 and batch.texts[sku] == POISON
