"""Fetches that wait at the broker until there is something, and follow each other at a pace.

A short wait at the broker makes a quiet shop pay for requests that bring nothing; a long one alone
makes a busy shop pay for a request with every record. Here a fetch comes back with the first record
that it finds, at the latest after `fetch_max_wait_ms`, and the next one leaves no sooner than
`PACE_SECONDS` after it left: what comes in between is fetched together. So an event of a quiet shop
is read at once, and the number of requests has a bound.

Importing this module makes every consumer of the process fetch so.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.consumer import consumer as aiokafka_consumer
from aiokafka.consumer.fetcher import Fetcher

#: Seconds from a fetch to the next one of the same broker.
PACE_SECONDS = 0.008
#: The same for topics whose records lead to nothing at once.
UNHURRIED_SECONDS = 0.05
#: ms that a fetch waits at the broker at most while a partition is not asked for, which may be
#: paused or have records that are not taken yet: it would have to wait for the others.
SHORT_WAIT_MS = 20


def unhurried(consumer: AIOKafkaConsumer, topics: Iterable[str]) -> None:
    """Let a started consumer ask for these topics less often."""
    consumer._fetcher.unhurried = frozenset(topics)


class PacedFetcher(Fetcher):  # type: ignore[misc]
    """aiokafka's fetcher, with a pace and a wait that depends on what it asks for."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.unhurried: frozenset[str] = frozenset()
        self._longest_ms: int = options["fetch_max_wait_ms"]
        #: By broker: when it may be asked again, and when for unhurried topics.
        self._due: defaultdict[int, float] = defaultdict(float)
        self._unhurried_due: defaultdict[int, float] = defaultdict(float)
        super().__init__(*args, **options)

    def _get_actions_per_node(self, assignment: Any) -> tuple[Any, Any, float, bool, Any]:
        paused = any(assignment.state_value(tp).paused for tp in assignment.tps)
        longest = SHORT_WAIT_MS if paused or self._records else self._longest_ms
        self._fetch_max_wait_ms = min(longest, self._longest_ms)
        requests, resets, timeout, *rest = super()._get_actions_per_node(assignment)
        now = time.monotonic()
        leaving = []
        for node, request in requests:
            due = self._due[node] if self._due[node] > now else self._trim(node, request, now)
            if due > now:
                timeout = min(timeout, due - now)
            else:
                self._due[node] = now + PACE_SECONDS
                leaving.append((node, request))
        return (leaving, resets, timeout, *rest)

    def _trim(self, node: int, request: Any, now: float) -> float:
        """Take out of a request what is not to be asked for yet, and have it back when it is;
        returns when it may leave.
        """
        due = self._unhurried_due[node]
        if due <= now:
            self._unhurried_due[node] = now + UNHURRIED_SECONDS
            return now
        urgent = [each for each in request.topics if each[0] not in self.unhurried]
        if len(urgent) == len(request.topics):
            return now
        request._topics = urgent
        request._max_wait_ms = min(request._max_wait_ms, max(1, int(1000 * (due - now))))
        return now if urgent else due


aiokafka_consumer.Fetcher = PacedFetcher
