"""A transaction that never ends is told, and ended on demand; one under way is left alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from schemas.topics import TOPICS
from streams.cli import main
from streams.configuration.settings import Settings
from streams.kafka.admin import create_topics
from streams.kafka.broker import EmbeddedBroker
from streams.kafka.clients import consumer
from streams.metrics.instruments import HANGING
from streams.worker import hanging
from tests.patience import Patience

PLACE = TopicPartition("price-changes", 1)


@pytest.fixture(scope="module")
def kafka() -> Iterator[EmbeddedBroker]:
    """A Kafka that lets a producer write to a partition that its coordinator knows nothing of."""
    with EmbeddedBroker() as running:
        create_topics({"bootstrap_servers": running.bootstrap}, TOPICS.values(), partitions=2)
        admin = KafkaAdminClient(bootstrap_servers=running.bootstrap)
        setting = {"transaction.partition.verification.enable": "false"}
        admin.alter_configs([ConfigResource(ConfigResourceType.BROKER, "1", setting)])
        admin.close()
        yield running


async def _begin(bootstrap: str, name: str, *, known: bool) -> AIOKafkaProducer:
    """Begin a transaction with two records; its coordinator may know of it."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, transactional_id=name, transaction_timeout_ms=120_000
    )
    await producer.start()
    await producer.begin_transaction()
    if not known:
        producer._txn_manager._txn_partitions.add(PLACE)
    for value in (b"1", b"2"):
        await producer.send_and_wait(PLACE.topic, value, key=b"k", partition=PLACE.partition)
    return producer


async def _stable_end(settings: Settings) -> tuple[int, int]:
    found = []
    for isolation in ("read_committed", "read_uncommitted"):
        reader = consumer(settings, group_id=None, isolation_level=isolation)
        await reader.start()
        found.append((await reader.end_offsets([PLACE]))[PLACE])
        await reader.stop()
    return found[0], found[1]


async def _hanging(number: int) -> None:
    patience = Patience()
    while HANGING._value.get() != number:
        patience.require()
        await asyncio.sleep(0.1)


def test_one_that_hangs_is_told_and_ended_and_one_under_way_goes_on(
    kafka: EmbeddedBroker,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hanging, "PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(hanging, "HANGING_SECONDS", 0.5)
    settings = Settings(bootstrap=kafka.bootstrap)
    command = ["topics", "--bootstrap", kafka.bootstrap, "--end-hanging"]

    async def story() -> None:
        watch = hanging.HangingTransactions(settings)
        lost = await _begin(kafka.bootstrap, "lost", known=False)
        alive = await _begin(kafka.bootstrap, "alive", known=True)
        with caplog.at_level(logging.ERROR):
            await watch.start()
            await _hanging(1)
            said = "price-changes, partition 1: a transaction that began at offset 0 has not ended"
            assert said in caplog.text
            caplog.clear()
            await watch.sleep(0.5)
            assert not caplog.text, "it is said once"

            assert await asyncio.to_thread(main, [*command, "--check"]) == 1
            producer = lost._txn_manager.producer_id
            told = f"price-changes, partition 1: the transaction of producer {producer} that began"
            assert capsys.readouterr().out.startswith(f"hangs  {told} at offset 0\n1 transactions")
            assert await _stable_end(settings) == (0, 4)
            assert await asyncio.to_thread(main, command) == 0
            assert capsys.readouterr().out.startswith(f"ended  {told}")
            assert await _stable_end(settings) == (2, 5), "what is under way has not been ended"
            assert await asyncio.to_thread(main, [*command, "--check"]) == 0

            await alive.commit_transaction()
            assert await _stable_end(settings) == (6, 6)
            await _hanging(0)
            await watch.stop()
        await alive.stop()
        lost._txn_manager._txn_partitions.clear()
        await lost.stop()

    asyncio.run(story())
