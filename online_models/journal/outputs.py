"""What the fold hands back: records to publish."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import repeat
from typing import NamedTuple, cast


class Output(NamedTuple):
    """A record for an output topic: compact JSON bytes, and its event time in ms."""

    topic: str
    key: bytes | None
    value: bytes
    time: int


#: What `Output._make` does, without a frame of Python for each.
_make = cast(
    "Callable[[tuple[str, bytes | None, bytes, int]], Output]", partial(tuple.__new__, Output)
)


def outputs(
    topic: str, keys: Iterable[bytes], values: Iterable[bytes], times: Iterable[int]
) -> Iterator[Output]:
    """Records for one topic from their columns.

    >>> list(outputs("t", [b"k"], [b"{}"], [7]))
    [Output(topic='t', key=b'k', value=b'{}', time=7)]
    """
    return map(_make, zip(repeat(topic), keys, values, times))
