"""What must hold of whoever publishes for a partition, in memory and on a real Kafka alike."""

from __future__ import annotations

import pytest
from aiokafka.errors import KafkaError, ProducerFenced

from online_models.journal.outputs import Output
from streams.configuration.settings import Settings
from streams.ingest.routing import Router
from streams.pricer.publisher import Publisher
from streams.pricer.recovery import recover
from streams.pricer.sessions import Sessions

TOPIC = "price-changes"


def publisher(settings: Settings, sessions: Sessions, partition: int) -> Publisher:
    return Publisher(settings, partition, Router(settings.partitions), sessions)


async def take(settings: Settings, sessions: Sessions, partition: int) -> Publisher:
    """Take a partition as a worker does."""
    taken = publisher(settings, sessions, partition)
    await taken.start()
    recovered = await recover(settings, partition, fence=taken.fence_owner)
    await taken.claim(recovered.position)
    return taken


async def say(publisher: Publisher, word: bytes) -> None:
    publisher.send([Output(TOPIC, b"sku|web", word, 0)])
    await publisher.commit(0)


async def a_zombie(settings: Settings) -> list[bytes]:
    """A session that has lost one partition commits nothing, of any; returns what is there then."""
    old, new = Sessions(settings), Sessions(settings)
    zombie, other = await take(settings, old, 0), await take(settings, old, 1)
    await say(zombie, b"1")
    await say(other, b"2")
    heir = await take(settings, new, 0)
    for fenced in (zombie, other):
        with pytest.raises(ProducerFenced):
            await say(fenced, b"of a zombie")
    with pytest.raises(KafkaError):
        await zombie.let_go(None, 0)
    await say(heir, b"3")
    await other.abandon()
    again = await take(settings, old, 1)
    await say(again, b"4")
    await say(heir, b"5")
    for each in (heir, again):
        await each.stop()
    for sessions in (old, new):
        await sessions.stop()
    return [b"1", b"2", b"3", b"4", b"5"]


async def two_takers(settings: Settings) -> list[bytes]:
    """Of two that take a partition at once, the one that began last has it."""
    old, new = Sessions(settings), Sessions(settings)
    first = publisher(settings, old, 0)
    await first.start()
    recovered = await recover(settings, 0, fence=first.fence_owner)
    second = await take(settings, new, 0)
    with pytest.raises(ProducerFenced):
        await first.claim(recovered.position)
    await say(second, b"1")
    await second.stop()
    for sessions in (old, new):
        await sessions.stop()
    return [b"1"]


async def a_partition_let_go(settings: Settings) -> list[bytes]:
    """Who lets a partition go keeps the others."""
    old, new = Sessions(settings), Sessions(settings)
    gone, kept = await take(settings, old, 0), await take(settings, old, 1)
    await say(gone, b"1")
    await gone.let_go(None, 0)
    heir = await take(settings, new, 0)
    await say(kept, b"2")
    await say(heir, b"3")
    for each in (gone, kept, heir):
        await each.stop()
    for sessions in (old, new):
        await sessions.stop()
    return [b"1", b"2", b"3"]


STORIES = (a_zombie, two_takers, a_partition_let_go)
