"""Where an event belongs: the partition of its SKU or all of them, and its place in a source."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.journal.batch import Batch, Kind
from online_models.numerics.compiled import compiled

CONTROL = "pricing-control"
#: What belongs to the desks alone, which answer for the whole shop: their partition of the journal
#: is that of this address.
DESK_TOPICS = frozenset({"quote-outcomes", "quote-lines", "basket-lines"})
DESK_ADDRESS = 0
#: Above every offset.
NO_OFFSET = np.iinfo(np.int64).max


@compiled
def offset_ranges(
    source: NDArray[np.int32], offset: NDArray[np.int64], sources: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The lowest and the highest offset of each source, (sources,), of events (n,) whose `source`
    is an index (−1: none); NO_OFFSET and −1 where a source has no event.
    """
    low, high = np.full(sources, NO_OFFSET), np.full(sources, np.int64(-1))
    for i in range(len(source)):
        at = source[i]
        if at >= 0:
            low[at] = min(low[at], offset[i])
            high[at] = max(high[at], offset[i])
    return low, high


_SEED = 0x9747B28C
_FACTOR = 0x5BD1E995
_WORD = 0xFFFFFFFF


def address(key: str) -> int:
    """31 bits of a key; modulo the number of partitions they are its partition.

    MurmurHash2 of its UTF-8 bytes without the sign, as Kafka's Java client has it.

    >>> address("foobar") == -790332482 & 0x7FFFFFFF
    True
    """
    data = key.encode()
    whole = len(data) // 4 * 4
    value = _SEED ^ len(data)
    for start in range(0, whole, 4):
        word = int.from_bytes(data[start : start + 4], "little") * _FACTOR & _WORD
        word = (word ^ word >> 24) * _FACTOR & _WORD
        value = value * _FACTOR & _WORD ^ word
    if whole < len(data):
        value = (value ^ int.from_bytes(data[whole:], "little")) * _FACTOR & _WORD
    value = (value ^ value >> 13) * _FACTOR & _WORD
    return (value ^ value >> 15) & 0x7FFFFFFF


def is_for_all(batch: Batch, place: int) -> bool:
    """Whether an event is in every partition: it names no SKU and, as an order, no decision."""
    if batch.sku[place] >= 0:
        return False
    if batch.kind[place] != Kind.FACT:
        return True
    fact = batch.facts[batch.detail[place]]
    return fact.topic != CONTROL or fact.key is None
