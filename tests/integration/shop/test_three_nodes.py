"""A worker goes on while one node of three is away."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from streams.kafka.broker import EmbeddedBroker
from tests.integration.shop import traffic
from tests.integration.shop.kafka_shop import KafkaShop
from tests.integration.shop.truth import assert_exactly
from tests.integration.shop.worker import Worker

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def broker_of_shop() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(brokers=3) as broker:
        yield broker


def test_each_node_in_turn_may_be_killed(
    broker_of_shop: EmbeddedBroker,
    shop: KafkaShop,
    start_worker: Callable[..., Worker],
    expected: Callable[[], list[object]],
) -> None:
    worker = start_worker("w0")
    shop.send(traffic.catalogue())
    shop.settle(worker)
    for node in (1, 2, 3):
        broker_of_shop.kill(node)
        shop.send(traffic.events(300, seed=node), per_second=100)
        shop.settle(worker)
        broker_of_shop.restart(node)
    assert worker.stop() == 0, worker.tail()
    assert_exactly(shop.published(), expected())
