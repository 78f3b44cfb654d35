"""A record's value with some of its fields set."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from streams.errors import InputError


class Mend(NamedTuple):
    """A field by its path (`currency`, `lines.0.quantity`), and the JSON value that it gets."""

    path: tuple[str, ...]
    value: Any


def mend(text: str) -> Mend:
    """`FIELD=VALUE`, the value as JSON or, where it is none, as text.

    >>> mend("lines.0.quantity=2"), mend("currency=EUR")
    (Mend(path=('lines', '0', 'quantity'), value=2), Mend(path=('currency',), value='EUR'))
    """
    name, found, value = text.partition("=")
    if not (name and found):
        raise InputError(f"--set {text}: expected FIELD=VALUE")
    try:
        decoded = msgspec.json.decode(value)
    except msgspec.DecodeError:
        decoded = value
    return Mend(tuple(name.split(".")), decoded)


def mended(value: bytes, mends: Iterable[Mend]) -> bytes | None:
    """The JSON of a record with its fields set; None where it is no JSON object with such places.

    >>> mended(b'{"a": {"b": 1.50}}', [mend("a.c=2")])
    b'{"a":{"b":1.50,"c":2}}'
    """
    try:
        document = msgspec.json.decode(value, type=dict[str, msgspec.Raw])
        for path, wanted in mends:
            document[path[0]] = _put(document.get(path[0]), path[1:], wanted)
    except (msgspec.MsgspecError, UnicodeDecodeError, LookupError, ValueError):
        return None
    return msgspec.json.encode(document)


def _put(found: msgspec.Raw | None, path: tuple[str, ...], wanted: Any) -> msgspec.Raw:
    """`found` with `wanted` at the path in it; all else byte for byte."""
    if not path:
        return msgspec.Raw(msgspec.json.encode(wanted))
    raw = msgspec.Raw(b"{}") if found is None else found
    holder = msgspec.json.decode(raw, type=dict[str, msgspec.Raw] | list[msgspec.Raw])
    if isinstance(holder, list):
        place = int(path[0])
        holder[place] = _put(holder[place], path[1:], wanted)
    else:
        holder[path[0]] = _put(holder.get(path[0]), path[1:], wanted)
    return msgspec.Raw(msgspec.json.encode(holder))
