"""How long a price change took, from the competitor's price to the shop."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NamedTuple

from streams.demo.shop import Change

TOPIC = "competitor-prices"

#: (topic, partition, offset) of an input record.
Place = tuple[str, int, int]


class Latency(NamedTuple):
    """Milliseconds, of so many changes."""

    number: int
    p50: float
    p99: float


class Stopwatch:
    """Notes when the shop saw the first change that a competitor's price led to."""

    def __init__(self) -> None:
        self.seen: dict[Place, float] = {}

    def see(self, change: Change) -> None:
        """The shop has this change now."""
        cause = change.cause
        if cause["topic"] == TOPIC:
            place = (TOPIC, int(cause["partition"]), int(cause["offset"]))
            self.seen.setdefault(place, time.monotonic())

    def latency(self, sent: Mapping[Place, float]) -> Latency | None:
        """Over the records whose moment of sending (monotonic seconds) is known; None for none."""
        waits = sorted(seen - sent[place] for place, seen in self.seen.items() if place in sent)
        if not waits:
            return None
        p50, p99 = (1000 * waits[int(q * (len(waits) - 1) + 0.5)] for q in (0.5, 0.99))
        return Latency(len(waits), p50, p99)
