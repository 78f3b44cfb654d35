"""How long a competitor's price took to have its effect, as a reader of the outputs sees it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from streams.configuration.settings import Settings
from streams.formats.reading import readable
from streams.kafka.clients import consumer

TOPIC = "competitor-prices"

#: (topic, partition, offset) of an input record.
Place = tuple[str, int, int]


class Latency(NamedTuple):
    """Milliseconds, over so many competitor prices, of which some changed a price."""

    prices: int
    p50: float
    p99: float
    changes: int


class _Cause(msgspec.Struct, frozen=True):
    topic: str
    partition: int
    offset: int


class _CausedDecision(msgspec.Struct, frozen=True):
    outcome: str
    cause: _Cause


class Stopwatch:
    """Notes when the first decision that each competitor's price led to could be read."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()
        self.seen: dict[Place, float] = {}
        self.changes: set[Place] = set()

    def begin(self) -> None:
        """From now on it is worth reading."""
        self._begun.set()

    async def follow(self, settings: Settings) -> None:
        """Once begun, read what is decided, until cancelled."""
        await self._begun.wait()
        reader = consumer(
            settings,
            "price-decisions",
            group_id=None,
            isolation_level="read_committed",
            fetch_max_wait_ms=20,
        )
        async with readable(settings, reader):
            while True:
                fetched = await reader.getmany(timeout_ms=200)
                now = time.monotonic()
                for records in fetched.values():
                    for record in records:
                        self.see(record.value, now)

    def see(self, decision: bytes, now: float) -> None:
        """A `price-decisions` record was read at `now` (monotonic seconds)."""
        read = msgspec.json.decode(decision, type=_CausedDecision)
        if read.cause.topic == TOPIC:
            place = (TOPIC, read.cause.partition, read.cause.offset)
            self.seen.setdefault(place, now)
            if read.outcome == "changed":
                self.changes.add(place)

    def latency(self, sent: Mapping[Place, float]) -> Latency | None:
        """Over the records whose moment of sending (monotonic seconds) is known; None for none."""
        waits = sorted(seen - sent[place] for place, seen in self.seen.items() if place in sent)
        if not waits:
            return None
        p50, p99 = (1000 * waits[int(q * (len(waits) - 1) + 0.5)] for q in (0.5, 0.99))
        return Latency(len(waits), p50, p99, len(self.changes & sent.keys()))
