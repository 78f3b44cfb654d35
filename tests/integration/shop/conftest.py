"""A shop on a broker of its own, and workers that end with the test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from streams.configuration.settings import Settings
from streams.kafka.broker import EmbeddedBroker
from tests.integration.shop.kafka_shop import KafkaShop
from tests.integration.shop.truth import undisturbed
from tests.integration.shop.worker import Worker

#: Fewer than the contract's 8, so that a test has less to wait for.
PARTITIONS = 4


@pytest.fixture(scope="module")
def broker_of_shop() -> Iterator[EmbeddedBroker]:
    """A Kafka of the module's own."""
    with EmbeddedBroker() as broker:
        yield broker


@pytest.fixture(scope="module")
def shop(broker_of_shop: EmbeddedBroker) -> Iterator[KafkaShop]:
    """The contract's topics, empty, on a Kafka of the module's own."""
    shop = KafkaShop(broker_of_shop.bootstrap, PARTITIONS)
    yield shop
    shop.close()


@pytest.fixture(scope="module")
def start_worker(
    shop: KafkaShop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Worker]]:
    """Start a worker: `start_worker("w0", "--role", "price", PRICETIDE_APP="other")`."""
    folder = tmp_path_factory.mktemp("workers")
    started: list[Worker] = []

    def start(instance: str, *flags: str, **options: Any) -> Worker:
        options = {"PRICETIDE_PARTITIONS": str(PARTITIONS), **options}
        worker = Worker(shop.bootstrap, folder, instance, *flags, **options)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        if worker.process.poll() is None:
            worker.kill()


@pytest.fixture(scope="module")
def expected(shop: KafkaShop) -> Callable[..., list]:
    """What the priced part of the journal leads to without any disturbance."""
    return lambda **settings: undisturbed(
        shop.journal(), shop.position(), Settings(partitions=shop.partitions, **settings)
    )
