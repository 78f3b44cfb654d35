"""What a consumer asks brokers through, as far as the shell reaches into it."""

from __future__ import annotations

from collections import OrderedDict
from random import Random
from typing import Any, Protocol

from streams.torture.simulated.cluster import Cluster
from streams.torture.simulated.groups import GroupCoordinator
from streams.torture.simulated.loop import Loop
from streams.torture.simulated.network import Connection


class FetchWorld(Protocol):
    """What clients need of the world."""

    loop: Loop
    draw: Random
    cluster: Cluster

    def connect(self) -> Connection:
        """A connection of its own."""

    def group(self, name: str) -> GroupCoordinator:
        """A group's coordinator."""


class SimulatedFetcher:
    """What was fetched and is not handed on yet."""

    def __init__(self) -> None:
        self._records: OrderedDict[Any, Any] = OrderedDict()


class FetchClient:
    """The client's view of the cluster."""

    def __init__(self, broker: FetchWorld, connection: Connection) -> None:
        self._broker = broker
        self._connection = connection

    async def fetch_all_metadata(self) -> FetchClient:
        """The cluster as it is now."""
        await self._connection.request(lambda: None)
        return self

    def partitions_for_topic(self, topic: str) -> set[int]:
        """The partitions of a topic."""
        return {log.partition for log in self._broker.cluster.topics[topic].logs}
