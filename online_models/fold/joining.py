"""Several batches as one, where that makes no difference: a step costs much the same for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from online_models.fold.batch import COLUMNS, Batch, Kind, Source

#: Columns that index the texts of their batch.
_TEXTS = ("sku", "channel", "currency", "segment")


def can_wait(batch: Batch) -> bool:
    """Whether a batch holds orders and clicks alone: what they add up to is read at the next tick,
    or with the next event that a decision reads.
    """
    return not batch.watermarks and bool((batch.kind <= Kind.CLICK).all())


def run(batches: Sequence[Batch], most: int) -> int:
    """How many of the first batches make one: at most `most` events, or a single larger batch.

    A tick is told how far the sources had come at its own time: a batch with watermarks stands by
    itself. So does one that repeats what an earlier one holds, by which it is known to repeat.
    """
    if len(batches) == 1 or batches[0].watermarks:
        return 1
    events = 0
    last: dict[Source, int] = {}
    for number, batch in enumerate(batches):
        events += len(batch)
        if batch.watermarks or events > most or not _goes_on(batch, last):
            return max(number, 1)
    return len(batches)


def _goes_on(batch: Batch, last: dict[Source, int]) -> bool:
    """Whether all its sources are past `last`, which is moved on."""
    inside = batch.source >= 0
    low = np.full(len(batch.sources), np.iinfo(np.int64).max)
    high = np.full(len(batch.sources), -1, dtype=np.int64)
    np.minimum.at(low, batch.source[inside], batch.offset[inside])
    np.maximum.at(high, batch.source[inside], batch.offset[inside])
    for source, first, end in zip(batch.sources, low.tolist(), high.tolist(), strict=True):
        if first <= last.get(source, -1):
            return False
        last[source] = max(end, last.get(source, -1))
    return True


def join(batches: Sequence[Batch]) -> Batch:
    """The events of all batches, in order (see `run` for which may be joined)."""
    if len(batches) == 1:
        return batches[0]
    texts: dict[str, int] = {}
    sources: dict[Source, int] = {}
    parts: dict[str, list[NDArray[np.generic]]] = {name: [] for name in COLUMNS}
    facts = 0
    for batch in batches:
        # one more at the end, so that index −1 (none) stays −1
        text = np.array([*(texts.setdefault(t, len(texts)) for t in batch.texts), -1])
        source = np.array([*(sources.setdefault(s, len(sources)) for s in batch.sources), -1])
        fact = batch.kind == Kind.FACT
        for name, dtype in COLUMNS.items():
            column = getattr(batch, name)
            if name in _TEXTS:
                column = text[column].astype(dtype)
            elif name == "source":
                column = source[column].astype(dtype)
            elif name == "detail":
                named = (batch.kind == Kind.ORDER) | (batch.kind == Kind.RIVAL)
                column = np.where(fact, column + facts, column)
                column[named] = text[column[named]]
                column = column.astype(dtype)
            parts[name].append(column)
        facts += len(batch.facts)
    return Batch(
        list(texts),
        list(sources),
        [fact for batch in batches for fact in batch.facts],
        [],
        **{name: np.concatenate(columns) for name, columns in parts.items()},
    )
