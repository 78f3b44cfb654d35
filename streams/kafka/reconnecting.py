"""Connections to a broker that is away are tried less and less often, and by one at a time.

A client of aiokafka's has several loops, each of which asks for a connection ten times a second or
more, and a worker makes clients anew while it waits for Kafka: together hundreds of attempts a
second. Here who asks for a broker that could not be reached waits its time, and one attempt answers
all who wait.

Importing this module makes every consumer and producer of the process connect so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable
from typing import Any
from weakref import WeakKeyDictionary

from aiokafka.client import AIOKafkaClient, ConnectionGroup
from aiokafka.consumer import consumer as aiokafka_consumer
from aiokafka.errors import KafkaConnectionError
from aiokafka.producer import producer as aiokafka_producer

#: Seconds from an attempt that failed to the next one, which grow to twice as much each time: a
#: restarted broker is noticed within the longest.
FIRST_SECONDS, LONGEST_SECONDS = 0.05, 1.0
#: The most that who asks for a broker waits while there are others, which may know better.
BESIDE_OTHERS_SECONDS = 0.1


class Pauses:
    """When who could not be reached may be tried again."""

    def __init__(self) -> None:
        #: Of each that could not be reached: seconds from an attempt to the next, and its time.
        self._delays: dict[Hashable, float] = {}
        self._due: dict[Hashable, float] = {}

    def away(self, whom: Hashable) -> bool:
        """Whether the last attempt failed."""
        return whom in self._delays

    async def turn(self, whom: Hashable, most_seconds: float = LONGEST_SECONDS) -> bool:
        """Wait for the next attempt, which is the caller's if the answer is yes: if not, it is not
        due yet, or somebody else has just tried in vain.
        """
        seconds = self._due.get(whom, 0.0) - time.monotonic()
        if seconds > 0.0:
            await asyncio.sleep(min(seconds, most_seconds))
        if self._due.get(whom, 0.0) > time.monotonic():
            return False
        if whom in self._delays:
            self._due[whom] = time.monotonic() + self._delays[whom]
        return True

    def failed(self, whom: Hashable) -> None:
        """An attempt failed."""
        delay = min(2 * self._delays.get(whom, FIRST_SECONDS / 2), LONGEST_SECONDS)
        self._delays[whom], self._due[whom] = delay, time.monotonic() + delay

    def reached(self, whom: Hashable) -> None:
        """An attempt succeeded."""
        self._delays.pop(whom, None)
        self._due.pop(whom, None)


class PatientClient(AIOKafkaClient):  # type: ignore[misc]
    """aiokafka's client, which tries no broker again before it is due."""

    #: Clients that are made anew share what they know of the servers that they begin with.
    _begins: WeakKeyDictionary[asyncio.AbstractEventLoop, Pauses] = WeakKeyDictionary()

    def __init__(self, *args: Any, **options: Any) -> None:
        self._brokers = Pauses()
        super().__init__(*args, **options)

    async def bootstrap(self) -> None:
        """As aiokafka's; KafkaConnectionError, too, where another client has just tried in vain."""
        pauses = self._begins.setdefault(asyncio.get_running_loop(), Pauses())
        servers = tuple(self.hosts)
        if not await pauses.turn(servers):
            raise KafkaConnectionError(f"Unable to bootstrap from {self.hosts}")
        try:
            await super().bootstrap()
        except KafkaConnectionError:
            pauses.failed(servers)
            raise
        pauses.reached(servers)

    async def _get_conn(
        self, node_id: Any, *, group: Any = ConnectionGroup.DEFAULT, no_hint: bool = False
    ) -> Any:
        held = self._conns.get((node_id, group))
        if held is not None and held.connected():
            return held
        alone = all(self._brokers.away(broker.nodeId) for broker in self.cluster.brokers())
        most = LONGEST_SECONDS if alone else BESIDE_OTHERS_SECONDS
        if not await self._brokers.turn(node_id, most):
            return None
        connection = await super()._get_conn(node_id, group=group, no_hint=no_hint)
        if connection is None:
            self._brokers.failed(node_id)
        else:
            self._brokers.reached(node_id)
        return connection


aiokafka_consumer.AIOKafkaClient = PatientClient
aiokafka_producer.AIOKafkaClient = PatientClient
