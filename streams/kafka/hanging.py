"""Transactions that hang: a partition has missed the mark of their end, and waits for it for ever.

Kafka's coordinator holds them for ended, so that nothing else will end them (KIP-664 has the whole
story). A broker of 4.3.0 to 4.4.0 leaves them behind where a transaction ends while one of its
partitions has no leader, as when the only broker of a cluster restarts (KAFKA-20734).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import AbortTransactionSpec, TransactionState
from kafka.errors import KafkaError

from streams.kafka.admin import TopicsError, reach

#: What the coordinator says of a producer that has no transaction under way.
_ENDED = (
    TransactionState.EMPTY,
    TransactionState.COMPLETE_COMMIT,
    TransactionState.COMPLETE_ABORT,
    TransactionState.DEAD,
)


class Hanging(NamedTuple):
    """A transaction that hangs in a partition, from the offset of its first record there."""

    place: TopicPartition
    offset: int
    producer_id: int
    producer_epoch: int

    def __str__(self) -> str:
        return (
            f"{self.place.topic}, partition {self.place.partition}: the transaction of producer"
            f" {self.producer_id} that began at offset {self.offset}"
        )


def hanging_transactions(
    client: Mapping[str, Any], topics: Iterable[str], *, end: bool
) -> list[Hanging]:
    """The transactions that hang in these topics, by the names that Kafka has for them; aborted
    where `end` says so.

    TopicsError: Kafka can't be reached, or refuses: it takes the rights to describe topics and
    transactional ids, to read the topics, and to end a transaction `ClusterAction`.
    """
    admin = reach(client)
    try:
        described = admin.describe_topics(list(topics))
        places = [
            TopicPartition(each["name"], partition["partition_index"])
            for each in described
            for partition in each["partitions"]
        ]
        opened = _opened(admin, places)
        under_way = _under_way(admin, {each.producer_id for each in opened})
        closed = [each for each in opened if (each.producer_id, each.place) not in under_way]
        # what ended between the two looks had its mark by then
        still = set(_opened(admin, {each.place for each in closed}))
        found = [each for each in closed if each in still]
        for each in found if end else ():
            admin.abort_transaction(
                AbortTransactionSpec(each.place, each.producer_id, each.producer_epoch)
            )
    except KafkaError as error:
        raise TopicsError(f"Kafka refused: {error}") from error
    finally:
        admin.close()
    return found


def _opened(admin: KafkaAdminClient, places: Iterable[TopicPartition]) -> list[Hanging]:
    """What each partition holds for a transaction that is under way."""
    asked = list(places)
    described = admin.describe_producers(asked) if asked else {}
    return [
        Hanging(place, offset, each.producer_id, each.producer_epoch)
        for place in asked
        for each in described[place].active_producers
        if (offset := each.current_transaction_start_offset) >= 0
    ]


def _under_way(admin: KafkaAdminClient, producers: set[int]) -> set[tuple[int, TopicPartition]]:
    """The producers that have a transaction under way, and its partitions, by their coordinator."""
    listed = admin.list_transactions(producer_id_filters=sorted(producers)) if producers else {}
    ids = [each.transactional_id for found in listed.values() for each in found]
    described = admin.describe_transactions(ids) if ids else {}
    return {
        (each.producer_id, TopicPartition(*place))
        for each in described.values()
        if each.state not in _ENDED
        for place in each.topic_partitions
    }
