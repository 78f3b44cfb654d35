"""A real Apache Kafka for tests, and the few client calls that most of them need."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.record.util import calc_crc32c
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.record import default_records

from streams.kafka.broker import EmbeddedBroker

# a loop in Python over each byte, in kafka-python's own
default_records.calc_crc32c = calc_crc32c

HERE = Path(__file__).parent
NUMBERS = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies here starts processes and waits for them, most of them a Kafka."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("integration")


@pytest.fixture(scope="package")
def broker() -> Iterator[EmbeddedBroker]:
    """One Kafka node that all tests here share: use topic names of your own."""
    with EmbeddedBroker() as running:
        yield running


@pytest.fixture(scope="package")
def bootstrap(broker: EmbeddedBroker) -> str:
    """Where the shared node listens."""
    return broker.bootstrap


@pytest.fixture
def fresh_broker() -> Iterator[EmbeddedBroker]:
    """A Kafka node of the test's own, for tests that need the contract's topic names."""
    with EmbeddedBroker() as running:
        yield running


@pytest.fixture(scope="module")
def cluster() -> Iterator[EmbeddedBroker]:
    """Three Kafka nodes with a quorum, of which a test may kill one."""
    with EmbeddedBroker(brokers=3) as running:
        yield running


@pytest.fixture
def unique() -> Callable[[str], str]:
    """Make a name that no other test of the session has: `unique("orders")`."""
    return lambda stem: f"{stem}-{next(NUMBERS)}"


@pytest.fixture
def make_topics(bootstrap: str, unique: Callable[[str], str]) -> Callable[..., list[str]]:
    """Create topics on the shared node: `make_topics("orders", "prices", partitions=4)`.

    Returns their real, unique names in the given order.
    """

    def make(*stems: str, partitions: int = 1, **settings: str) -> list[str]:
        names = [unique(stem) for stem in stems]
        create(bootstrap, names, partitions, **settings)
        return names

    return make


@pytest.fixture
def create_topics() -> Callable[..., None]:
    """Create topics under the given names anywhere: `create_topics(bootstrap, names, 4)`."""
    return create


@pytest.fixture
def produce() -> Callable[..., None]:
    """Write records: `produce(bootstrap, topic, records)`.

    A record is a dict of `value`, and optionally `key`, `headers`, `partition`, `timestamp_ms`.
    """

    def write(bootstrap: str, topic: str, records: Iterable[dict[str, Any]]) -> None:
        producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=5)
        try:
            sent = [producer.send(topic, **record) for record in records]
            for future in sent:
                future.get(timeout=30)
        finally:
            producer.close()

    return write


@pytest.fixture
def read_all() -> Callable[..., list[Any]]:
    """Read a topic up to its present end, partition after partition: `read_all(bootstrap, topic)`.

    Committed records only, unless `isolation="read_uncommitted"`.
    """

    def read(bootstrap: str, topic: str, isolation: str = "read_committed") -> list[Any]:
        consumer = KafkaConsumer(
            bootstrap_servers=bootstrap, isolation_level=isolation, enable_auto_commit=False
        )
        try:
            partitions = [
                TopicPartition(topic, number)
                for number in sorted(consumer.partitions_for_topic(topic))
            ]
            ends = consumer.end_offsets(partitions)
            consumer.assign(partitions)
            consumer.seek_to_beginning()
            records: list[Any] = []
            while any(consumer.position(each) < ends[each] for each in partitions):
                for batch in consumer.poll(timeout_ms=200).values():
                    records += batch
        finally:
            consumer.close()
        return sorted(records, key=lambda record: (record.partition, record.offset))

    return read


def create(bootstrap: str, names: Iterable[str], partitions: int = 1, **settings: str) -> None:
    """Create topics with the cluster's own replication factor."""
    options = {"num_partitions": partitions, "configs": settings}
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        admin.create_topics(dict.fromkeys(names, options), wait_for_metadata=True)
    finally:
        admin.close()
