"""What the topics are called in the merchant's Kafka; the program knows them by their own names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from aiokafka import TopicPartition

from schemas.topics import TOPICS, Topic


class TopicNames:
    """Translates both ways. A topic that has been given no name is its own behind the prefix.

    >>> names = TopicNames("shop.", {"orders": "sales.orders.v3"})
    >>> names.outer("orders"), names.outer("products"), names.outer("elsewhere")
    ('sales.orders.v3', 'shop.products', 'elsewhere')
    >>> names.inner("shop.products")
    'products'
    """

    def __init__(self, prefix: str = "", given: Mapping[str, str] | None = None) -> None:
        given = given or {}
        named = {name: given.get(name) or f"{prefix}{name}" for name in TOPICS}
        self._outer = {name: outer for name, outer in named.items() if name != outer}
        self._inner = {outer: name for name, outer in self._outer.items()}

    def __bool__(self) -> bool:
        """Whether any topic is called otherwise."""
        return bool(self._outer)

    def outer(self, topic: str) -> str:
        """A topic's name in Kafka; what is none of the registry's keeps its name."""
        return self._outer.get(topic, topic)

    def inner(self, name: str) -> str:
        """The topic that has this name in Kafka."""
        return self._inner.get(name, name)

    def to_kafka(self, place: TopicPartition) -> TopicPartition:
        """A partition as Kafka names it."""
        return TopicPartition(self.outer(place[0]), place[1])

    def from_kafka(self, place: TopicPartition) -> TopicPartition:
        """A partition as the program names it."""
        return TopicPartition(self.inner(place[0]), place[1])

    def of(self, topics: Iterable[Topic]) -> list[Topic]:
        """Topics as they are to be made in Kafka."""
        return [replace(topic, name=self.outer(topic.name)) for topic in topics]


#: Topics that are called as the program calls them.
OWN_NAMES = TopicNames()
