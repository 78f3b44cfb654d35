"""When a worker's partitions save their states: one at a time, in a small share of the time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sized
from typing import Any

from streams.configuration.settings import Settings
from streams.kafka.surroundings import monotonic, surroundings
from streams.pricer.snapshots import codec

#: Snapshots may take this share of a worker's time: large states are saved less often.
SHARE = 0.1


class SnapshotTurns:
    """Encodes states beside the event loop, for all `partitions` that a worker has.

    To encode the state of ten thousand offers takes a core for a third of a second: partitions that
    did so at the same time would leave prices none.
    """

    def __init__(self, settings: Settings, partitions: Sized) -> None:
        self._settings = settings
        self._partitions = partitions
        self._encoding: asyncio.Future[list[bytes]] | None = None
        #: By partition.
        self._next: dict[int, float] = {}

    def begin(self, number: int) -> None:
        """A partition is taken; each begins at a time of its own, so that few wait."""
        wait = (1 + number / self._settings.partitions) * self._settings.snapshot_seconds
        self._next[number] = monotonic() + wait

    def due(self, number: int) -> bool:
        """Whether a partition's state is to be saved now."""
        busy = self._encoding is not None and not self._encoding.done()
        return not busy and monotonic() >= self._next[number]

    def encode(
        self, number: int, snapshot: Callable[[], dict[str, Any]], position: int
    ) -> asyncio.Future[list[bytes]]:
        """Copy a state now, and encode it beside the fold; `position` as of `codec.encode`."""
        begun = monotonic()

        def encoded(_: object) -> None:
            share = (monotonic() - begun) * max(len(self._partitions), 1) / SHARE
            self._next[number] = begun + max(self._settings.snapshot_seconds, share)

        self._encoding = surroundings().in_thread(codec.encode, snapshot(), position)
        self._encoding.add_done_callback(encoded)
        return self._encoding
