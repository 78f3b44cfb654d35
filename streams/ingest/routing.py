"""Which partition of the journal an event belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from online_models.journal.batch import Batch, Kind
from online_models.journal.partitioning import CONTROL, DESK_ADDRESS, DESK_TOPICS, address
from online_models.pricing.state.identities import decision_address

#: SKUs remembered; cleared when full, so that made-up SKUs cannot fill the memory.
REMEMBERED = 1 << 20
_TEXT_COLUMNS = ("sku", "channel", "currency", "segment")


class Router:
    """Routes by SKU as Java's and Python's producers do."""

    def __init__(self, partitions: int) -> None:
        self.partitions = partitions
        self._known: dict[str, int] = {}

    def partition(self, sku: str) -> int:
        """The partition of a SKU."""
        known = self._known.get(sku)
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[sku] = address(sku) % self.partitions
        return known

    def split(self, batch: Batch) -> Iterator[tuple[int, Batch]]:
        """(partition, its part of the batch), for partitions with any events."""
        for partition, part in self.parts(batch):
            yield partition, part if part is batch else compact(part)

    def parts(self, batch: Batch) -> Iterator[tuple[int, Batch]]:
        """`split`, each part with the texts, sources and facts of all.

        An event without a SKU goes to every partition, but for a human's order about a decision:
        whoever would have made it is the one to say that there is none.
        """
        if not len(batch):
            return
        if self.partitions == 1:
            yield 0, batch
            return
        table = np.full(len(batch.texts) + 1, -1, dtype=np.int64)
        for text in _used(len(batch.texts), batch.sku).tolist():
            table[text] = self.partition(batch.texts[text])
        target = table[batch.sku]
        for place in ((batch.kind == Kind.FACT) & (target < 0)).nonzero()[0].tolist():
            fact = batch.facts[batch.detail[place]]
            if fact.topic in DESK_TOPICS:
                target[place] = DESK_ADDRESS % self.partitions
            elif fact.topic == CONTROL and fact.key is not None:
                target[place] = decision_address(fact.key) % self.partitions
        # the first counts what goes everywhere
        number = np.bincount(target + 1, minlength=self.partitions + 1)
        for partition in range(self.partitions):
            if number[0] or number[partition + 1]:
                chosen = target == partition
                if number[0]:
                    chosen |= target < 0
                yield partition, batch.take(chosen.nonzero()[0])


def pieces(batch: Batch, encode: Callable[[Batch], bytes], limit: int) -> list[bytes]:
    """The batch encoded, cut between records where it would be more than `limit` bytes.

    A single record is never cut: one source record must not span two batches.
    """
    value = encode(batch)
    if len(value) <= limit:
        return [value]
    fresh = (np.diff(batch.source) != 0) | (np.diff(batch.offset) != 0)
    cuts = np.flatnonzero(fresh) + 1
    if not len(cuts):
        return [value]
    middle = int(cuts[len(cuts) // 2])
    halves = compact(batch.take(slice(0, middle))), compact(batch.take(slice(middle, len(batch))))
    return [piece for half in halves for piece in pieces(half, encode, limit)]


def compact(batch: Batch) -> Batch:
    """The batch with only the texts, sources and facts that its events name."""
    named = [getattr(batch, column) for column in _TEXT_COLUMNS]
    hot = (batch.kind == Kind.ORDER) | (batch.kind == Kind.COMPETITOR_PRICE)
    fact = batch.kind == Kind.FACT
    texts = _used(len(batch.texts), *named, batch.detail[hot])
    new_text = _renumbered(texts, len(batch.texts))
    for column in _TEXT_COLUMNS:
        setattr(batch, column, new_text[getattr(batch, column)])
    facts = batch.detail[fact]
    detail = batch.detail.copy()
    detail[hot] = new_text[batch.detail[hot]]
    detail[fact] = np.arange(len(facts), dtype=detail.dtype)
    batch.detail = detail
    batch.facts = [batch.facts[i] for i in facts.tolist()]
    batch.texts = [batch.texts[i] for i in texts.tolist()]
    sources = _used(len(batch.sources), batch.source)
    batch.source = _renumbered(sources, len(batch.sources))[batch.source]
    batch.sources = [batch.sources[i] for i in sources.tolist()]
    return batch


def _used(size: int, *columns: NDArray[np.int32]) -> NDArray[np.intp]:
    """The indices below `size` that any of the columns holds, ascending; −1 is none."""
    used = np.zeros(size + 1, dtype=np.bool_)
    for column in columns:
        used[column] = True
    return used[:size].nonzero()[0]


def _renumbered(used: NDArray[np.intp], size: int) -> NDArray[np.int32]:
    """Old index → new one; index −1 stays −1."""
    table = np.full(size + 1, -1, dtype=np.int32)
    table[used] = np.arange(len(used), dtype=np.int32)
    return table
