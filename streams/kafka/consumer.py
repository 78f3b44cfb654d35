"""A consumer that speaks of topics by the program's names, whatever Kafka calls them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition

from streams.kafka.names import TopicNames


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, listener: ConsumerRebalanceListener, names: TopicNames) -> None:
        self._listener, self._names = listener, names

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self._listener.on_partitions_revoked(set(map(self._names.from_kafka, revoked)))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        await self._listener.on_partitions_assigned(set(map(self._names.from_kafka, assigned)))


class Consumer(AIOKafkaConsumer):  # type: ignore[misc]
    """aiokafka's consumer behind `TopicNames`: the methods that the program calls, and no other."""

    def __init__(self, names: TopicNames, *topics: str, **options: Any) -> None:
        super().__init__(*map(names.outer, topics), **options)
        self._names = names
        #: Makes plain JSON of the records of a topic, where they come in another form.
        self.plain: Callable[[str, list[Any]], list[Any]] | None = None

    def subscribe(
        self, topics: Iterable[str], listener: ConsumerRebalanceListener | None = None
    ) -> None:
        """As aiokafka's."""
        named = None if listener is None else _Listener(listener, self._names)
        super().subscribe(list(map(self._names.outer, topics)), listener=named)

    def assign(self, partitions: Iterable[TopicPartition]) -> None:
        """As aiokafka's."""
        super().assign(self._out(partitions))

    def assignment(self) -> set[TopicPartition]:
        """As aiokafka's."""
        return set(map(self._names.from_kafka, super().assignment()))

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        """As aiokafka's."""
        found: set[int] | None = super().partitions_for_topic(self._names.outer(topic))
        return found

    async def position(self, partition: TopicPartition) -> int:
        """As aiokafka's."""
        position: int = await super().position(self._names.to_kafka(partition))
        return position

    async def committed(self, partition: TopicPartition) -> int | None:
        """As aiokafka's."""
        offset: int | None = await super().committed(self._names.to_kafka(partition))
        return offset

    async def commit(self, offsets: Mapping[TopicPartition, Any]) -> None:
        """As aiokafka's."""
        await super().commit(self._keys_out(offsets))

    def highwater(self, partition: TopicPartition) -> int | None:
        """As aiokafka's."""
        offset: int | None = super().highwater(self._names.to_kafka(partition))
        return offset

    def last_stable_offset(self, partition: TopicPartition) -> Any:
        """As aiokafka's."""
        return super().last_stable_offset(self._names.to_kafka(partition))

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """As aiokafka's."""
        super().seek(self._names.to_kafka(partition), offset)

    async def seek_to_beginning(self, *partitions: TopicPartition) -> bool:
        """As aiokafka's."""
        return bool(await super().seek_to_beginning(*self._out(partitions)))

    async def seek_to_end(self, *partitions: TopicPartition) -> bool:
        """As aiokafka's."""
        return bool(await super().seek_to_end(*self._out(partitions)))

    def pause(self, *partitions: TopicPartition) -> None:
        """As aiokafka's."""
        super().pause(*self._out(partitions))

    def paused(self) -> set[TopicPartition]:
        """As aiokafka's."""
        return set(map(self._names.from_kafka, super().paused()))

    def resume(self, *partitions: TopicPartition) -> None:
        """As aiokafka's."""
        super().resume(*self._out(partitions))

    def read_by_id(self, ids: Mapping[TopicPartition, UUID]) -> None:
        """As `PacedFetcher.read_by_id`, once started."""
        self._fetcher.read_by_id(self._keys_out(ids))

    def gone(self) -> set[TopicPartition]:
        """Partitions whose topic is not there any more, as far as fetches by id have said."""
        return set(map(self._names.from_kafka, self._fetcher.gone))

    async def beginning_offsets(
        self, partitions: Iterable[TopicPartition]
    ) -> dict[TopicPartition, int]:
        """As aiokafka's."""
        return self._in(await super().beginning_offsets(self._out(partitions)))

    async def end_offsets(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """As aiokafka's."""
        return self._in(await super().end_offsets(self._out(partitions)))

    async def offsets_for_times(
        self, timestamps: Mapping[TopicPartition, int]
    ) -> dict[TopicPartition, Any]:
        """As aiokafka's."""
        return self._in(await super().offsets_for_times(self._keys_out(timestamps)))

    async def getone(self, *partitions: TopicPartition) -> ConsumerRecord:
        """As aiokafka's."""
        record = self._named(await super().getone(*self._out(partitions)))
        return record if self.plain is None else self.plain(record.topic, [record])[0]

    async def getmany(
        self,
        *partitions: TopicPartition,
        timeout_ms: int = 0,
        max_records: int | None = None,
    ) -> dict[TopicPartition, list[Any]]:
        """As aiokafka's."""
        fetched: dict[TopicPartition, list[Any]] = await super().getmany(
            *self._out(partitions), timeout_ms=timeout_ms, max_records=max_records
        )
        if self._names:
            fetched = {
                self._names.from_kafka(place): list(map(self._named, records))
                for place, records in fetched.items()
            }
        if self.plain is not None:
            return {place: self.plain(place.topic, records) for place, records in fetched.items()}
        return fetched

    def _named(self, record: Any) -> Any:
        """Records that `hand_on_parsed` leaves bare know no topic."""
        if not self._names or not isinstance(record, ConsumerRecord):
            return record
        return replace(record, topic=self._names.inner(record.topic))

    def _out(self, partitions: Iterable[TopicPartition]) -> list[TopicPartition]:
        return list(map(self._names.to_kafka, partitions))

    def _keys_out(self, values: Mapping[TopicPartition, Any]) -> dict[TopicPartition, Any]:
        return {self._names.to_kafka(place): value for place, value in values.items()}

    def _in(self, values: Mapping[TopicPartition, Any]) -> dict[TopicPartition, Any]:
        return {self._names.from_kafka(place): value for place, value in values.items()}
