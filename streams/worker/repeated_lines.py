"""What a library says again and again is said once a minute."""

from __future__ import annotations

import logging
import time
from collections import Counter

#: Libraries that say the same at each attempt to reach a Kafka, or a collector, that is away.
NOISY = ("aiokafka", "asyncio", "faust", "kafka", "mode", "opentelemetry")
OURS = "streams"
SAY_SECONDS = 60.0


class RepeatedLines(logging.Filter):
    """Lets the first line of a minute through from each place in the code, and says how many it
    has held back since. Our own warnings count for each first argument, what they are about.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, int, str], float] = {}
        self._held: Counter[tuple[str, int, str]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is to be written; one that is tells of those that were not."""
        place = _place(record)
        if place is None:
            return True
        now = time.monotonic()
        if now < self._said.get(place, now):
            self._held[place] += 1
            return False
        self._said[place] = now + SAY_SECONDS
        if held := self._held.pop(place, 0):
            record.msg = f"{record.getMessage()} ({held} like it were held back)"
            record.args = ()
        return True


def _place(record: logging.LogRecord) -> tuple[str, int, str] | None:
    """Where a line comes from, None where it is to be written at any rate."""
    library = record.name.partition(".")[0]
    if library in NOISY and record.levelno >= logging.WARNING:
        return record.pathname, record.lineno, ""
    if library == OURS and record.levelno == logging.WARNING:
        about = record.args[0] if isinstance(record.args, tuple) and record.args else ""
        return record.pathname, record.lineno, str(about)
    return None
