"""Sources that send more of what is refused than anybody would by mistake."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from aiokafka import TopicPartition

logger = logging.getLogger(__name__)

#: Refused records of a source that are taken at once, and a second from then on.
RECORDS, RECORDS_PER_SECOND = 10_000, 1000
#: Bytes of them that are written down whole, and a second from then on.
BYTES, BYTES_PER_SECOND = 16 << 20, 64 << 10
#: Seconds between lines about a source.
SAY_SECONDS = 60.0


@dataclass
class _SourceCount:
    """What is left for a source at a moment, and what has not been said of it yet."""

    at: float
    records: float = RECORDS
    size: float = BYTES
    silent: int = 0
    say_at: float = 0.0


class Flood:
    """Counts refused records by source; `now` is of a monotonic clock, in seconds.

    A source beyond its allowance is not read until it has some again, and of its records heads are
    written down: what is sound waits with what is not, since they lie in one partition.
    """

    def __init__(self) -> None:
        self._sources: dict[TopicPartition, _SourceCount] = {}

    def refuse(self, tp: TopicPartition, size: int, what: str, now: float) -> bool:
        """Count a refused record of `size` bytes; returns whether it may be written down whole.

        `what` is said in the log of the first of a minute, and for the others their number.
        """
        source = self._sources.setdefault(tp, _SourceCount(now))
        seconds, source.at = now - source.at, now
        source.records = min(source.records + seconds * RECORDS_PER_SECOND, RECORDS) - 1
        source.size = min(source.size + seconds * BYTES_PER_SECOND, BYTES)
        source.silent += 1
        if now >= source.say_at:
            others = f" ({source.silent - 1} others since the last such line)"
            logger.warning("dead letter: %s%s", what, others if source.silent > 1 else "")
            source.silent, source.say_at = 0, now + SAY_SECONDS
        if size > source.size:
            return False
        source.size -= size
        return True

    def held(self, now: float) -> set[TopicPartition]:
        """The sources that must not be read at `now`."""
        return {
            tp
            for tp, source in self._sources.items()
            if source.records + (now - source.at) * RECORDS_PER_SECOND < 0
        }
