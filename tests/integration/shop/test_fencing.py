"""Who may publish for a partition, on a real Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from streams.configuration.settings import Settings
from tests.integration.shop.kafka_shop import KafkaShop
from tests.streams.pricer import fencing

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("story", fencing.STORIES)
def test_only_who_has_a_partition_publishes_for_it(
    shop: KafkaShop, story: Callable[[Settings], Awaitable[list[bytes]]]
) -> None:
    app = f"shop-{story.__name__}"
    shop.recreate([fencing.TOPIC, "pricing-snapshots"])
    settings = Settings(app=app, bootstrap=shop.bootstrap, partitions=shop.partitions)
    expected = asyncio.run(story(settings))
    assert [record.value for record in shop.read([fencing.TOPIC])] == expected
