"""Fetches that wait at the broker until there is something, and follow each other at a pace.

A short wait at the broker makes a quiet shop pay for requests that bring nothing; a long one alone
makes a busy shop pay for a request with every record. Here a fetch comes back with the first record
that it finds, at the latest after `fetch_max_wait_ms`, and the next one leaves no sooner than
`PACE_SECONDS` after it left: what comes in between is fetched together. So an event of a quiet shop
is read at once, and the number of requests has a bound.

Importing this module makes every consumer of the process fetch so; and by the topics' ids where it
is told which are meant.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.consumer import consumer as aiokafka_consumer
from aiokafka.consumer.fetcher import Fetcher

from streams.kafka.fetch_by_id import FetchById
from streams.kafka.fetch_session import FetchSession

#: Seconds from a fetch to the next one of the same broker.
PACE_SECONDS = 0.006
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
        self._ids: Mapping[TopicPartition, UUID] = {}
        #: Partitions whose topic Kafka does not know by its id; they are not asked for.
        self.gone: set[TopicPartition] = set()
        #: By broker.
        self._sessions: defaultdict[int, FetchSession] = defaultdict(FetchSession)
        self._assignment: Any = None
        super().__init__(*args, **options)

    def read_by_id(self, ids: Mapping[TopicPartition, UUID]) -> None:
        """Ask for these partitions, of the topics with these ids, and for no others; for all that
        are assigned, by name, where none is given.
        """
        for place in self._ids.keys() | ids.keys():
            if self._ids.get(place) != ids.get(place):
                self._records.pop(place, None)
        self._ids, self.gone = ids, set()

    def _get_actions_per_node(self, assignment: Any) -> tuple[Any, Any, float, bool, Any]:
        if assignment is not self._assignment:
            # what a broker has said of a partition is forgotten with the last assignment
            self._assignment = assignment
            self._restart_sessions()
        if (pause := min(self._due.values(), default=0.0) - time.monotonic()) > 0:
            # to look at every partition costs as much as a fetch
            return [], {}, pause, False, []
        paused = any(assignment.state_value(tp).paused for tp in assignment.tps)
        longest = SHORT_WAIT_MS if paused or self._records else self._longest_ms
        self._fetch_max_wait_ms = min(longest, self._longest_ms)
        requests, resets, timeout, *rest = super()._get_actions_per_node(assignment)
        now = time.monotonic()
        leaving = []
        for node, request in requests:
            if self._ids and not self._leave_out_gone(request):
                continue
            due = self._due[node] if self._due[node] > now else self._trim(node, request, now)
            if due > now:
                timeout = min(timeout, due - now)
            else:
                self._due[node] = now + PACE_SECONDS
                leaving.append((node, self._by_id(node, request) if self._ids else request))
        return (leaving, resets, timeout, *rest)

    def _by_id(self, node: int, request: Any) -> FetchById:
        return FetchById(request, self._ids, self._sessions[node])

    def _restart_sessions(self) -> None:
        for session in self._sessions.values():
            session.restart()

    def _leave_out_gone(self, request: Any) -> bool:
        """Take out of a request what is not to be asked for by id; returns whether any is left."""
        wanted = self._ids.keys() - self.gone
        request._topics = [
            (topic, found)
            for topic, partitions in request.topics
            if (found := [each for each in partitions if (topic, each[0]) in wanted])
        ]
        return bool(request._topics)

    async def _proc_fetch_request(self, assignment: Any, node: int, request: Any) -> bool:
        came: bool = await super()._proc_fetch_request(assignment, node, request)
        if isinstance(request, FetchById):
            if not self._has_taken(assignment, request):
                self._sessions[node].restart()
            for place, topic_id in request.ids.items():
                if self._ids.get(place) != topic_id:
                    self._records.pop(place, None)
                elif place in request.gone:
                    self.gone.add(place)
        return came

    def _has_taken(self, assignment: Any, request: FetchById) -> bool:
        """Whether what a broker has said was heard: it does not say it again."""
        if request.answered is None or not assignment.active:
            return False
        return all(
            (state := assignment.state_value(place)).has_valid_position and state.position == offset
            for place, offset in request.answered.items()
        )

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
