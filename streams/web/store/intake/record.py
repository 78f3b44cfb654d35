"""What came from a topic, and the fields of it that the console shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import cramjam
import msgspec

from schemas.values.instants import to_ms
from schemas.values.money import to_minor

#: Quickest: a decision shrinks to a third, and the rest is not worth the time.
LEVEL = 1

S = TypeVar("S", bound=msgspec.Struct)
#: An instant, and money, as inputs may write them.
When = str | int | None
Amount = str | float | int


class Taken(NamedTuple):
    """A record as a client read it; `timestamp` in ms."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int
    headers: Sequence[tuple[str, bytes | None]] = ()


def packed(value: bytes) -> bytes:
    """A JSON document as a row keeps it; ValueError where no page could read it again."""
    msgspec.json.decode(value)
    return bytes(cramjam.zstd.compress(value, LEVEL))


def unpacked(body: bytes) -> Any:
    """The document of a row."""
    return msgspec.json.decode(bytes(cramjam.zstd.decompress(body)))


def readable(records: Iterable[Taken], shape: type[S]) -> Iterator[tuple[Taken, S]]:
    """The records that hold what the console needs; others are no pricer's, and passed over."""
    decoder = msgspec.json.Decoder(shape)
    for record in records:
        if record.value is None:
            continue
        try:
            yield record, decoder.decode(record.value)
        except (ValueError, RecursionError):
            continue


def instant(text: str | int | float | None, otherwise: int) -> int:
    """Milliseconds of a record's time; of one without, its timestamp."""
    if text is None:
        return otherwise
    try:
        return to_ms(text)
    except ValueError:
        return otherwise


def moment(text: When, otherwise: int) -> int | None:
    """Milliseconds of an instant that may be absent; `otherwise` where it makes no sense."""
    return None if text is None else instant(text, otherwise)


def minor(amount: Amount | None, currency: str | None) -> int | None:
    """Minor units; None where there is no amount of that currency."""
    if amount is None or currency is None:
        return None
    try:
        return to_minor(amount, currency)
    except ValueError:
        return None
