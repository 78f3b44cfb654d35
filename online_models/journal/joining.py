"""Several batches as one, where that makes no difference: a step costs much the same for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from online_models.journal.batch import COLUMNS, Batch, Kind, SourcePartition
from online_models.journal.partitioning import offset_ranges

Name = TypeVar("Name", str, SourcePartition)
Indices = NDArray[np.int32]

#: Columns that index the texts of their batch.
_TEXTS = ("sku", "channel", "currency", "segment")


def can_wait(batch: Batch) -> bool:
    """Whether a batch holds orders and clicks alone: what they add up to is read at the next tick,
    or with the next event that a decision reads.
    """
    return not batch.watermarks and bool((batch.kind <= Kind.CLICK).all())


def run(batches: Sequence[Batch], most: int) -> int:
    """How many of the first batches make one: at most `most` events, or a single larger batch.

    Watermarks say how far the sources had come at the time of a tick: a batch with some stands by
    itself. So does one that repeats what an earlier one holds, by which it is known to repeat.
    """
    if len(batches) == 1 or batches[0].watermarks:
        return 1
    events = 0
    last: dict[SourcePartition, int] = {}
    for number, batch in enumerate(batches):
        events += len(batch)
        if batch.watermarks or events > most or not _goes_on(batch, last):
            return max(number, 1)
    return len(batches)


def _goes_on(batch: Batch, last: dict[SourcePartition, int]) -> bool:
    """Whether all its sources are past `last`, which is moved on."""
    low, high = offset_ranges(batch.source, batch.offset, len(batch.sources))
    for source, first, end in zip(batch.sources, low.tolist(), high.tolist(), strict=True):
        if first <= last.get(source, -1):
            return False
        last[source] = max(end, last.get(source, -1))
    return True


def join(batches: Sequence[Batch]) -> Batch:
    """The events of all batches, in order (see `run` for which may be joined)."""
    if len(batches) == 1:
        return batches[0]
    columns = {
        name: np.concatenate([getattr(batch, name) for batch in batches]) for name in COLUMNS
    }
    texts, renamed = _united(batches, [batch.texts for batch in batches])
    sources, resourced = _united(batches, [batch.sources for batch in batches])
    kind, detail = columns["kind"], columns["detail"]
    facts = kind == Kind.FACT
    if facts.any():
        begins = accumulate([0, *[len(batch.facts) for batch in batches[:-1]]])
        detail += np.where(facts, np.repeat(list(begins), list(map(len, batches))), 0)
    named = (kind == Kind.ORDER) | (kind == Kind.COMPETITOR_PRICE)
    columns["detail"] = np.where(named, renamed(np.where(named, detail, -1)), detail)
    columns["source"] = resourced(columns["source"])
    for name in _TEXTS:
        columns[name] = renamed(columns[name])
    facts_of_all = [fact for batch in batches for fact in batch.facts]
    return Batch(texts, sources, facts_of_all, [], **columns)


def _united(
    batches: Sequence[Batch], lists: Sequence[list[Name]]
) -> tuple[list[Name], Callable[[Indices], Indices]]:
    """The names of all lists, each once, and what makes indices of them of a column of indices of
    each batch's own; −1, no name, stays.
    """
    places: dict[Name, int] = {}
    table = np.array(
        [*(places.setdefault(name, len(places)) for names in lists for name in names), -1],
        dtype=np.int32,
    )
    begins = np.repeat(list(accumulate([0, *map(len, lists[:-1])])), list(map(len, batches)))
    return list(places), lambda column: table[np.where(column < 0, -1, column + begins)]
