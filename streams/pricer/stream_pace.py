"""How often the journal is asked for what it has: seldom, while this worker writes all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from streams.kafka.surroundings import monotonic

#: Seconds for which the journal is asked often after it has brought what another worker wrote.
NEWS_SECONDS = 1.0
#: Seconds within which a worker hears that a record is its own. The stream may bring it before.
CLAIM_SECONDS = 0.2


class _Unclaimed(NamedTuple):
    offset: int
    since: float


class StreamPace:
    """Tells what other workers wrote from what this one did, whichever way it came first.

    `ask_often` is called with whether the journal is to be asked often from now on. It is until
    this worker writes to a partition that it prices.
    """

    def __init__(self, ask_often: Callable[[bool], None]) -> None:
        self._ask_often = ask_often
        #: By partition: a record that the stream brought first, and nobody has claimed yet.
        self._unclaimed: dict[int, _Unclaimed] = {}
        self._often_until = 0.0

    def brought(self, partition: int, offset: int) -> None:
        """The stream has brought records that were not here, the last of them at `offset`."""
        now = monotonic()
        self._unclaimed.setdefault(partition, _Unclaimed(offset, now))
        self._look(now)

    def wrote(self, partition: int, offset: int) -> None:
        """This worker has written the record at `offset` of a partition that it prices."""
        now = monotonic()
        unclaimed = self._unclaimed.get(partition)
        if unclaimed is not None and unclaimed.offset <= offset:
            del self._unclaimed[partition]
            if unclaimed.offset < offset:
                self._news(now)
        self._look(now)
        if now >= self._often_until:
            self._ask_often(False)

    def _look(self, now: float) -> None:
        for partition, unclaimed in list(self._unclaimed.items()):
            if now - unclaimed.since >= CLAIM_SECONDS:
                del self._unclaimed[partition]
                self._news(now)

    def _news(self, now: float) -> None:
        self._often_until = now + NEWS_SECONDS
        self._ask_often(True)
