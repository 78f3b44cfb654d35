"""The topics of a shop on a real Kafka: written, waited for, and read back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, NamedTuple

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError, TopicAlreadyExistsError

from schemas.topics import TOPICS
from tests.integration.shop.traffic import Event
from tests.integration.shop.worker import Worker
from tests.patience import Patience

JOURNAL = "pricing-journal"
#: What the pricer itself writes.
OUTPUTS = (
    "price-changes",
    "price-decisions",
    "price-offers",
    "price-suggestions",
    "price-quotes",
    "promotion-plans",
    "demand-observations",
    "pricing-alerts",
    "elasticities",
    "recommendations",
    "category-evidence",
    "basket-lines",
    "quote-lines",
)
INPUTS = (*(t.name for t in TOPICS.values() if t.direction == "in"), "model-updates")
#: The events of these tests are years old: Kafka would remove or compact them as soon as it looks.
KEEP = {"retention.ms": "-1", "cleanup.policy": "delete"}


class Published(NamedTuple):
    """An output record, without its offset."""

    topic: str
    key: bytes | None
    value: bytes | None
    timestamp: int


class KafkaShop:
    """Topics of the contract on one broker. `partitions` stands for 8 where the contract has 8."""

    def __init__(self, bootstrap: str, partitions: int) -> None:
        self.bootstrap = bootstrap
        self.partitions = partitions
        self.connect()
        self.create(TOPICS)

    def connect(self) -> None:
        """Connect; `close` comes before another time."""
        self.producer = KafkaProducer(
            bootstrap_servers=self.bootstrap, acks="all", linger_ms=1, max_request_size=8 << 20
        )
        #: By what they read; to connect anew for each look would cost more than most looks.
        self._readers: dict[str, KafkaConsumer] = {}

    def reconnect(self) -> None:
        """Connect anew, all clients: those of kafka-python may find no broker that was away for
        long ("no node_id provided").
        """
        self.close()
        self.connect()

    def close(self) -> None:
        """Disconnect."""
        self.producer.close()
        self._leave()
        self._forget_readers()

    @cached_property
    def _admin(self) -> KafkaAdminClient:
        return KafkaAdminClient(bootstrap_servers=self.bootstrap)

    def _leave(self) -> None:
        if "_admin" in self.__dict__:
            self._admin.close()
            del self._admin

    def _reader(self, isolation: str) -> KafkaConsumer:
        if isolation not in self._readers:
            self._readers[isolation] = KafkaConsumer(
                bootstrap_servers=self.bootstrap,
                isolation_level=isolation,
                enable_auto_commit=False,
                fetch_max_wait_ms=20,
                max_partition_fetch_bytes=8 << 20,
            )
        return self._readers[isolation]

    def _forget_readers(self) -> None:
        for reader in self._readers.values():
            reader.close()
        self._readers = {}

    def create(self, names: Iterable[str]) -> None:
        """Create topics with the registry's settings."""
        wanted = {
            name: {
                "num_partitions": 1 if TOPICS[name].broadcast else self.partitions,
                "configs": TOPICS[name].settings | KEEP,
            }
            for name in names
        }
        patience = Patience()
        while True:
            try:
                self._admin.create_topics(wanted, wait_for_metadata=True)
            except TopicAlreadyExistsError:  # its deletion is under way
                patience.require("the topics that were removed are still there")
                time.sleep(0.1)
            else:
                return

    def recreate(self, names: Iterable[str]) -> None:
        """Empty topics."""
        self._admin.delete_topics(list(names))
        self.create(names)
        self._forget_readers()  # they know the old ones

    def send(self, events: Iterable[Event], per_second: float | None = None) -> None:
        """Write events, at a pace if one is given; returns when Kafka has them all."""
        begun = time.monotonic()
        for i, event in enumerate(events):
            if per_second is not None:
                time.sleep(max(0.0, begun + i / per_second - time.monotonic()))
            self.put(event.topic, event.value, event.key.encode(), event.time)
        self.producer.flush()

    def put(
        self, topic: str, value: bytes | None, key: bytes | None = None, time: int | None = None
    ) -> Any:
        """Write one record."""
        return self.producer.send(topic, value=value, key=key, timestamp_ms=time)

    def put_to(self, topic: str, partition: int, value: bytes) -> None:
        """Write one record to a partition; returns when Kafka has it."""
        self.producer.send(topic, value=value, partition=partition).get(timeout=30)

    def delete_before(self, offsets: dict[TopicPartition, int]) -> None:
        """Remove the oldest records, as retention would."""
        self._admin.delete_records(offsets)

    def tps(self, topic: str) -> list[TopicPartition]:
        """The partitions of a topic."""
        number = 1 if TOPICS[topic].broadcast else self.partitions
        return [TopicPartition(topic, partition) for partition in range(number)]

    def ends(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """End offsets, open transactions included, with all that was put."""
        self.producer.flush()
        wanted = [tp for topic in topics for tp in self.tps(topic)]
        found = self._admin.list_partition_offsets(dict.fromkeys(wanted, OffsetSpec.LATEST))
        return {tp: each.offset for tp, each in found.items()}

    def number(self, topic: str) -> int:
        """How many records a topic has that are committed."""
        return len(self.read([topic]))

    def committed(self, group: str) -> dict[TopicPartition, int]:
        """The offsets that a group has committed."""
        try:
            found = self._admin.list_group_offsets({group: None})[group]
        except KafkaError:
            # a client asks the broker that it once found in charge of the group, and no other
            self._leave()
            return {}
        return {tp: offset.offset for tp, offset in found.items() if offset.offset >= 0}

    def done(self, group: str, ends: dict[TopicPartition, int]) -> bool:
        """Whether a group has committed everything below `ends`."""
        committed = self.committed(group)
        return all(committed.get(tp, 0) >= end for tp, end in ends.items())

    def settle(self, *workers: Worker, app: str = "pricetide") -> None:
        """Wait until all that was sent is in the journal, and the journal priced by `workers`."""
        self.ingested(*workers, app=app)
        self.priced(*workers, app=app)

    def ingested(self, *workers: Worker, app: str = "pricetide") -> None:
        """Wait until all that was sent is in the journal."""
        ends = self.ends(INPUTS)
        self.wait(lambda: self.done(f"{app}-ingest", ends), "ingested", *workers)

    def priced(self, *workers: Worker, app: str = "pricetide") -> None:
        """Wait until what is in the journal now is priced."""
        ends = self.ends([JOURNAL])
        self.wait(lambda: self.done(app, ends), "priced", *workers)

    def wait(self, condition: Callable[[], bool], what: str, *workers: Worker) -> None:
        """Wait for a condition, while `workers` live."""
        patience = Patience()
        while not condition():
            for worker in workers:
                assert worker.process.poll() is None, worker.tail()
            patience.require(f"not {what}")
            time.sleep(0.1)

    def read(self, topics: Iterable[str], isolation: str = "read_committed") -> list[Any]:
        """Records up to the present ends, partition by partition, in order."""
        ends = self.ends(topics)
        reader = self._reader(isolation)
        reader.assign(list(ends))
        records: list[Any] = []
        try:
            reader.seek_to_beginning()
            patience = Patience()
            while any(reader.position(tp) < end for tp, end in ends.items()):
                for batch in reader.poll(timeout_ms=100, max_records=5000).values():
                    records += batch
                patience.require(lambda: self._unread(reader, ends))
        finally:
            reader.unsubscribe()
        return sorted(records, key=lambda r: (r.topic, r.partition, r.offset))

    def _unread(self, reader: KafkaConsumer, ends: dict[TopicPartition, int]) -> str:
        """What a reader does not get to: where it stands, up to where transactions have ended, and
        which have not.
        """
        behind = [tp for tp, end in ends.items() if reader.position(tp) < end]
        stable = reader.end_offsets(behind)
        lines = [
            f"{tp.topic}-{tp.partition}: read to {reader.position(tp)}, stable to {stable[tp]}, "
            f"end {ends[tp]}; {self._admin.describe_producers([tp])[tp]}"
            for tp in behind
        ]
        return "\n".join(["the reader does not get to the end", *lines])

    def published(self, isolation: str = "read_committed") -> list[Published]:
        """All outputs of the pricer, in order within each partition."""
        return [
            Published(r.topic, r.key, r.value, r.timestamp) for r in self.read(OUTPUTS, isolation)
        ]

    def position(self, app: str = "pricetide") -> dict[int, int]:
        """Up to where (exclusive) each partition of the journal is priced."""
        found = self.committed(app)
        return {tp.partition: found.get(tp, 0) for tp in self.tps(JOURNAL)}

    def journal(self) -> dict[int, list[bytes]]:
        """The journal, by partition."""
        found: dict[int, list[bytes]] = {p: [] for p in range(self.partitions)}
        for record in self.read([JOURNAL]):
            assert record.offset == len(found[record.partition]), "the journal has a hole"
            found[record.partition].append(record.value)
        return found
