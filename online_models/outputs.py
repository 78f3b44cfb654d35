"""What the fold hands back: records to publish."""

from __future__ import annotations

from typing import NamedTuple


class Output(NamedTuple):
    """A record for an output topic: compact JSON bytes, and its event time in ms."""

    topic: str
    key: bytes | None
    value: bytes
    time: int
