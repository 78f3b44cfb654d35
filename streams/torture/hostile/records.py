"""Hostile records for every input topic: values, keys, headers, times, sizes, floods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

from schemas.topics import TOPICS
from streams.ingest.decoder import INPUTS
from streams.torture.hostile.values import BEGIN, Values, written

#: What hostile records are about; nothing else is meant to be touched by them.
NAMES = tuple(f"hostile-{i}" for i in range(20))
#: Timestamps that no producer's clock should show: none, the epoch, beyond all calendars.
TIMES = (0, 1, 2**62, 253_402_300_800_000)
CODECS = (None, "gzip", "snappy", "lz4", "zstd")
#: Bytes of a large value that compresses well.
LARGE = 700_000


class Hostile(NamedTuple):
    """A record to send; `timestamp` None: now. `codec` compresses it."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    timestamp: int | None
    codec: str | None


def records(seed: int, topics: frozenset[str] = INPUTS) -> Iterator[Hostile]:
    """Ever more of them, each topic as often as the others."""
    draw = Random(seed)
    order = sorted(topics)
    values = {name: Values(TOPICS[name].adapter.json_schema(), draw, NAMES) for name in order}
    ends = {name: tuple(values[name].ends()) for name in order}
    while True:
        for topic in order:
            yield Hostile(
                topic,
                _key(draw),
                hostile_value(draw, values[topic], ends[topic]),
                _headers(draw),
                draw.choice(TIMES) if draw.random() < 0.02 else None,
                draw.choice(CODECS),
            )


def hostile_value(draw: Random, values: Values, ends: Sequence[Any]) -> bytes | None:
    """A record's value: sound, spoilt, damaged on its way, or no JSON at all."""
    kind = draw.random()
    if kind < 0.1:
        return written(values.sound()).encode("utf-8", "surrogatepass")
    if kind < 0.2 and ends:
        return written(draw.choice(ends)).encode("utf-8", "surrogatepass")
    if kind < 0.8:
        return written(values.hostile()).encode("utf-8", "surrogatepass")
    if kind < 0.9:
        return _cut(draw, written(values.sound()).encode("utf-8", "surrogatepass"))
    if kind < 0.98:
        return draw.randbytes(draw.choice([0, 1, 7, 300]))
    if kind < 0.981:
        return bytes(LARGE)
    return None


def _cut(draw: Random, value: bytes) -> bytes:
    """The value damaged on its way."""
    place = draw.randrange(len(value) + 1)
    return draw.choice(
        [
            value[:place],
            value[:place] + draw.randbytes(3) + value[place:],
            b"\xef\xbb\xbf" + value,
            value + value,
            value.replace(b'":', b'":' + b" " * 50_000, 1),
        ]
    )


def _key(draw: Random) -> bytes | None:
    return draw.choice([None, b"", b"\xff", draw.choice(NAMES).encode(), b"k" * 300])


def _headers(draw: Random) -> tuple[tuple[str, bytes], ...]:
    if draw.random() < 0.9:
        return ()
    return tuple((draw.choice(["", "h", "💥"]), draw.randbytes(5)) for _ in range(20))


def at(record: Hostile, now: int = BEGIN) -> int:
    """A record's timestamp, ms, where it is sent `now`."""
    return now if record.timestamp is None else record.timestamp
