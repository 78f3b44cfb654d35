"""Journal batches as bytes: a versioned msgpack envelope around raw little-endian columns."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.journal.batch import COLUMNS, DEFAULTS, Batch, Fact, SourcePartition, Watermark
from online_models.journal.bounded import UNKNOWN, bounded

#: Raised with every change that an older reader would misread.
VERSION = 1
#: Events of most journal records at most: their columns of defaults are kept.
FEW = 32


class Envelope(msgspec.Struct, array_like=True, frozen=True):
    """What is on the wire. A column that holds its default throughout is left out."""

    version: int
    events: int
    texts: list[str]
    sources: list[tuple[str, int]]
    facts: list[tuple[str, str | None, bytes | None]]
    watermarks: list[tuple[str, int, int, bool]]
    columns: dict[str, bytes]


_DEFAULT = {
    name: np.array(DEFAULTS.get(name, 0), dtype=dtype).tobytes() for name, dtype in COLUMNS.items()
}
_DTYPE = {name: np.dtype(dtype) for name, dtype in COLUMNS.items()}
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Envelope)


class JournalError(ValueError):
    """A journal record that this version cannot read."""


def encode(batch: Batch) -> bytes:
    """The bytes of a batch; equal batches give equal bytes."""
    columns = {}
    for name, dtype in COLUMNS.items():
        raw = np.ascontiguousarray(getattr(batch, name), dtype=dtype).tobytes()
        # most batches are small: comparing bytes costs a tenth of comparing arrays
        if raw != _DEFAULT[name] * len(batch):
            columns[name] = raw
    return _ENCODER.encode(
        Envelope(
            VERSION,
            len(batch),
            batch.texts,
            [(topic, partition) for topic, partition in batch.sources],
            [(topic, key, raw) for topic, key, raw in batch.facts],
            [(*mark.source, mark.time, mark.idle) for mark in batch.watermarks],
            columns,
        )
    )


def _defaults(name: str, events: int) -> NDArray[Any]:
    """A column of defaults, which nobody can write to, as to those that are read."""
    return np.frombuffer(_DEFAULT[name] * events, dtype=_DTYPE[name])


_few_defaults = lru_cache(maxsize=FEW * len(COLUMNS))(_defaults)


def decode(value: bytes, appended_ms: int = UNKNOWN) -> Batch:
    """The inverse of `encode`, with times bounded by the record's append time; JournalError where
    the bytes are no batch of this version.
    """
    try:
        envelope = _DECODER.decode(value)
    except msgspec.MsgspecError as error:
        raise JournalError(f"not a journal batch: {error}") from error
    if envelope.version != VERSION:
        raise JournalError(f"journal version {envelope.version}, this reader knows {VERSION}")
    columns = {}
    for name, dtype in _DTYPE.items():
        raw = envelope.columns.get(name)
        if raw is None:
            make = _few_defaults if envelope.events <= FEW else _defaults
            columns[name] = make(name, envelope.events)
            continue
        if len(raw) != envelope.events * dtype.itemsize:
            raise JournalError(f"column {name}: {len(raw)} bytes for {envelope.events} events")
        columns[name] = np.frombuffer(raw, dtype=dtype)
    batch = Batch(
        envelope.texts,
        [SourcePartition(*source) for source in envelope.sources],
        [Fact(*fact) for fact in envelope.facts],
        [Watermark(SourcePartition(t, p), time, idle) for t, p, time, idle in envelope.watermarks],
        **columns,
    )
    return bounded(batch, appended_ms)
