"""A record on its way into Kafka."""

from __future__ import annotations

from typing import NamedTuple


class DemoEvent(NamedTuple):
    """One record; `time` in ms is both its event time and its timestamp."""

    time: int
    topic: str
    key: bytes
    value: bytes
    lines: int = 1
