"""A topic that is made anew under its name is not taken for the one that was read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from aiokafka import TopicPartition
from kafka import KafkaAdminClient
from kafka.errors import TopicAlreadyExistsError

from streams.configuration.settings import Settings
from streams.kafka.clients import consumer
from streams.kafka.consumer import Consumer
from tests.patience import Patience


def topic_id(admin: KafkaAdminClient, topic: str) -> UUID:
    (found,) = admin.describe_topics([topic])
    return UUID(str(found["topic_id"]))


def recreate(admin: KafkaAdminClient, topic: str) -> None:
    admin.delete_topics([topic])
    patience = Patience()
    while True:
        try:
            admin.create_topics({topic: {"num_partitions": 1}}, wait_for_metadata=True)
        except TopicAlreadyExistsError:  # its deletion is under way
            patience.require()
            time.sleep(0.1)
        else:
            return


async def values(reader: Consumer, number: int) -> list[bytes]:
    found: list[bytes] = []
    patience = Patience()
    while len(found) < number:
        patience.require(found)
        for records in (await reader.getmany(timeout_ms=200)).values():
            found += [record.value for record in records]
    return found


async def until_gone(reader: Consumer, place: TopicPartition) -> None:
    patience = Patience()
    while place not in reader.gone():
        patience.require("the topic that was read was not missed")
        assert not await reader.getmany(timeout_ms=50)


def test_records_of_a_new_topic_do_not_go_on_where_the_old_one_ended(
    bootstrap: str,
    make_topics: Callable[..., list[str]],
    produce: Callable[..., None],
) -> None:
    (topic,) = make_topics("remade")
    place = TopicPartition(topic, 0)
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)

    def written(*values: bytes) -> list[dict[str, Any]]:
        return [{"value": value} for value in values]

    async def read() -> None:
        reader = consumer(Settings(bootstrap=bootstrap), isolation_level="read_committed")
        await reader.start()
        try:
            reader.assign([place])
            reader.read_by_id({place: topic_id(admin, topic)})
            reader.seek(place, 0)
            assert await values(reader, 2) == [b"a", b"b"]
            await asyncio.to_thread(recreate, admin, topic)
            await asyncio.to_thread(produce, bootstrap, topic, written(b"c", b"d", b"e", b"f"))
            await until_gone(reader, place)
            reader.read_by_id({place: topic_id(admin, topic)})
            reader.seek(place, 0)
            assert await values(reader, 4) == [b"c", b"d", b"e", b"f"]
            assert not reader.gone()
        finally:
            await reader.stop()

    try:
        produce(bootstrap, topic, written(b"a", b"b"))
        asyncio.run(read())
    finally:
        admin.close()
