"""Members of a simulated group."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from random import Random

from aiokafka import TopicPartition

from streams.torture.simulated.cluster import Cluster
from streams.torture.simulated.groups import GroupCoordinator, Membership
from streams.torture.simulated.loop import PROCESS, Loop, Process
from streams.torture.simulated.network import Connection, Weather


class _Broker:
    def __init__(self) -> None:
        self.loop = Loop()
        self.draw = Random(1)
        self.coordinator = GroupCoordinator("g", self.loop, self.draw, Cluster({"orders": 1}))

    def group(self, _name: str) -> GroupCoordinator:
        return self.coordinator


def test_who_was_given_up_while_it_waited_to_be_let_in_asks_anew() -> None:
    broker, process = _Broker(), Process("frozen")
    loop, given = broker.loop, list[TopicPartition]()

    async def revoked() -> None:
        """There is nothing to let go."""

    async def assigned(places: list[TopicPartition]) -> None:
        given.extend(places)

    async def live() -> None:
        # another member, which is never heard of again, and waited for until its session ends
        broker.coordinator.join(None, None, ["orders"], loop.create_future())
        connection = Connection(loop, broker.draw, Weather())
        topics = ["orders"]
        member = Membership(broker, connection, "g", None, topics, revoked, assigned)
        context = copy_context()
        context.run(PROCESS.set, process)
        context.run(member.start)
        await asyncio.sleep(0.5)
        assert not given
        loop.freeze(process, 9.0)
        for _ in range(40):
            broker.coordinator.expire()
            await asyncio.sleep(0.5)

    loop.run(live())
    assert given == [TopicPartition("orders", 0)]
