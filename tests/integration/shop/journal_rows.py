"""What a journal says, each event once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from online_models.journal.batch import SourcePartition
from streams.journal import codec


class Row(NamedTuple):
    """A row of a batch; `source` is None where no record from outside led to it."""

    kind: int
    flag: int
    time: int
    source: SourcePartition | None
    offset: int
    sku: str | None


def rows(values: Iterable[bytes]) -> Iterator[Row]:
    """The rows of one partition's journal records, in their order.

    An event that is read again, by a worker that left its group before it had committed what it
    wrote, stands in the journal again. Each source comes in its order, so that what is at or below
    the highest offset of an earlier record is a repeat: it is left out, as the fold leaves it out.
    """
    highest: dict[SourcePartition, int] = {}
    for batch in map(codec.decode, values):
        before = dict(highest)
        for kind, flag, time, at, offset, sku in zip(
            batch.kind.tolist(),
            batch.flag.tolist(),
            batch.time.tolist(),
            batch.source.tolist(),
            batch.offset.tolist(),
            batch.sku.tolist(),
            strict=True,
        ):
            source = None if at < 0 else batch.sources[at]
            if source is not None:
                if offset <= before.get(source, -1):
                    continue
                highest[source] = max(highest.get(source, -1), offset)
            yield Row(kind, flag, time, source, offset, None if sku < 0 else batch.texts[sku])
