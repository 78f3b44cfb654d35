"""A consumer, as far as the shell uses one."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata, OffsetAndTimestamp

from streams.torture.simulated.cluster import Committed, Log, StoredRecord
from streams.torture.simulated.fetch_client import FetchClient, FetchWorld, SimulatedFetcher
from streams.torture.simulated.groups import Membership
from streams.torture.simulated.network import Bell

#: Records of a partition that one fetch brings at most.
FETCH = 40


class _Fetched(NamedTuple):
    #: Records of each partition that was asked for and may have more, and the offset after them.
    records: dict[TopicPartition, tuple[list[StoredRecord], int]]
    stable: dict[TopicPartition, int]


class _Coordinator:
    def __init__(self, consumer: SimulatedConsumer) -> None:
        self._consumer = consumer

    async def fetch_committed_offsets(
        self, places: Iterable[TopicPartition]
    ) -> dict[TopicPartition, OffsetAndMetadata]:
        """What the group has committed."""
        found = await self._consumer.committed_of(places)
        return {place: OffsetAndMetadata(*said) for place, said in found.items()}


class SimulatedConsumer:
    """Reads what it is assigned, from wherever it is put."""

    def __init__(self, broker: FetchWorld, options: Mapping[str, Any]) -> None:
        self._broker = broker
        self._connection = broker.connect()
        self._group_name: str | None = options.get("group_id")
        self._instance: str | None = options.get("group_instance_id")
        self._read_committed = options.get("isolation_level") == "read_committed"
        self._topics: Sequence[str] = ()
        self._listener: Any = None
        self._membership: Membership | None = None
        #: None while members agree on who reads what.
        self._assignment: frozenset[TopicPartition] | None = frozenset()
        self._in_order: list[TopicPartition] = []
        self._agreed = asyncio.Event()
        self._agreed.set()
        self._positions: dict[TopicPartition, int] = {}
        self._stable: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()
        self._coordinator = _Coordinator(self)
        self._client = FetchClient(broker, self._connection)
        self._fetcher = SimulatedFetcher()
        self._bell = Bell(broker.loop)
        #: The numbers of the topics' ids.
        self._ids: Mapping[TopicPartition, int] = {}
        self._gone: set[TopicPartition] = set()

    def read_by_id(self, ids: Mapping[TopicPartition, UUID]) -> None:
        """Read these partitions, of the topics with these ids, and no others; or all by name."""
        self._ids, self._gone = {place: each.int for place, each in ids.items()}, set()
        self._bell.ring()

    def gone(self) -> set[TopicPartition]:
        """Partitions whose topic was found to be another than is meant."""
        return set(self._gone)

    def subscribe(self, topics: Sequence[str], listener: Any = None) -> None:
        """Share topics with the others of the group."""
        self._topics, self._listener = topics, listener

    async def start(self) -> None:
        """Connect, and join the group where topics were subscribed to."""
        await self._connection.request(lambda: None)
        if self._topics and self._group_name:
            self._assignment = None
            self._agreed.clear()
            self._held: frozenset[TopicPartition] = frozenset()
            self._membership = Membership(
                self._broker,
                self._connection,
                self._group_name,
                self._instance,
                self._topics,
                self._revoke,
                self._assign,
            )
            self._membership.start()

    async def stop(self) -> None:
        """Leave."""
        if self._membership is not None:
            await self._membership.stop()

    async def _revoke(self) -> None:
        # as in aiokafka, what was assigned stays so until the group has agreed anew
        self._agreed.clear()
        await self._listener.on_partitions_revoked(set(self._held))

    async def _assign(self, places: list[TopicPartition]) -> None:
        self.assign(places)
        self._held = self.assignment()
        self._positions.clear()
        self._stable.clear()
        self._paused.clear()
        # reading goes on at once, and beside what the listener does
        self._agreed.set()
        await self._listener.on_partitions_assigned(set(places))

    def assign(self, places: Iterable[TopicPartition]) -> None:
        """Read these partitions, whatever any group says."""
        self._assignment = frozenset(places)
        self._in_order = sorted(self._assignment)

    def assignment(self) -> frozenset[TopicPartition]:
        """What is read here."""
        return self._assignment or frozenset()

    def pause(self, *places: TopicPartition) -> None:
        """Hand on nothing of these."""
        self._paused.update(places)

    def resume(self, *places: TopicPartition) -> None:
        """The opposite of `pause`."""
        if places:
            self._bell.ring()
        self._paused.difference_update(places)

    def paused(self) -> set[TopicPartition]:
        """What is paused."""
        return set(self._paused)

    def seek(self, place: TopicPartition, offset: int) -> None:
        """Read on from an offset."""
        self._bell.ring()
        self._positions[place] = offset

    async def seek_to_beginning(self, *places: TopicPartition) -> None:
        """Read on from the first record that is left."""
        self._positions |= await self.beginning_offsets(places or self.assignment())

    async def position(self, place: TopicPartition) -> int:
        """The offset to read on from."""
        while place not in self._positions:
            await self._place([place])
        return self._positions[place]

    async def beginning_offsets(
        self, places: Collection[TopicPartition]
    ) -> dict[TopicPartition, int]:
        """The first offsets that are left."""
        return await self._ask({place: lambda log: log.begin for place in sorted(places)})

    async def end_offsets(self, places: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        """Where partitions end, for who reads as this one does."""
        return await self._ask(dict.fromkeys(sorted(places), self._end))

    async def offsets_for_times(
        self, times: Mapping[TopicPartition, int]
    ) -> dict[TopicPartition, OffsetAndTimestamp | None]:
        """The first record of each partition that is no older than a time."""
        return await self._ask({place: _since(time) for place, time in times.items()})

    async def _ask(self, questions: Mapping[TopicPartition, Any]) -> dict[TopicPartition, Any]:
        cluster = self._broker.cluster
        return await self._connection.request(
            lambda: {place: ask(cluster.log(place)) for place, ask in questions.items()}
        )

    def _end(self, log: Log) -> int:
        return log.stable if self._read_committed else log.end

    def partitions_for_topic(self, topic: str) -> set[int]:
        """The partitions of a topic."""
        return self._client.partitions_for_topic(topic)

    def last_stable_offset(self, place: TopicPartition) -> int | None:
        """How far the last fetch could have read; None before the first."""
        return self._stable.get(place)

    async def committed(self, place: TopicPartition) -> int | None:
        """The group's offset."""
        said = (await self.committed_of([place])).get(place)
        return None if said is None else said.offset

    async def committed_of(
        self, places: Iterable[TopicPartition]
    ) -> dict[TopicPartition, Committed]:
        """What the group has committed."""
        group, asked = self._broker.group(self._group_name or ""), sorted(places)
        return await self._connection.request(
            lambda: {place: said for place in asked if (said := group.committed(place))}
        )

    async def commit(self, offsets: Mapping[TopicPartition, tuple[int, str]]) -> None:
        """Write offsets down for the group; CommitFailedError, KafkaTimeoutError."""
        assert self._membership is not None, "only a member commits"
        await self._membership.commit({p: Committed(*said) for p, said in offsets.items()})

    async def getmany(
        self, *places: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[StoredRecord]]:
        """Records of some partitions, at most so many; none where none come in time."""
        loop = self._broker.loop
        deadline = loop.now + timeout_ms / 1000
        while True:
            await self._agreed.wait()
            assigned, ids, not_read = self.assignment(), self._ids, self._paused | self._gone
            wanted = [
                place
                for place in (sorted(places) if places else self._in_order)
                if place in assigned and place not in not_read and (not ids or place in ids)
            ]
            found = await self._fetch(wanted, max_records or FETCH) if wanted else {}
            if found or loop.now >= deadline:
                return found
            topics = self._broker.cluster.topics
            logs = [topics[topic].logs[partition] for topic, partition in wanted]
            if not await self._bell.wait(logs, max(deadline - loop.now, 0.001)):
                return {}

    async def _fetch(
        self, places: list[TopicPartition], most: int
    ) -> dict[TopicPartition, list[StoredRecord]]:
        assignment = self._assignment
        await self._place([place for place in places if place not in self._positions])
        if self._assignment is not assignment:
            return {}
        draw, topics = self._broker.draw, self._broker.cluster.topics
        drawn = draw.sample(places, draw.randint(1, len(places)))
        some = {place: self._positions[place] for place in drawn}
        each = draw.randint(1, FETCH)
        ids, gone = self._ids, set()

        def read() -> _Fetched:
            logs = [(place, topics[place[0]].logs[place[1]]) for place in places]
            stable = {place: log.stable if log.open else log.end for place, log in logs}
            fetched = {}
            for place, position in some.items():
                topic = topics[place[0]]
                if ids and topic.number != ids[place]:
                    gone.add(place)
                    del stable[place]
                    continue
                log = topic.logs[place[1]]
                if position != log.end:
                    at = position if log.begin <= position < log.end else log.begin
                    fetched[place] = log.read(at, each, committed=self._read_committed)
            return _Fetched(fetched, stable)

        answer = await self._connection.request(read)
        found: dict[TopicPartition, list[StoredRecord]] = {}
        if self._assignment is not assignment or not self._agreed.is_set():
            return {}
        if self._ids is ids:
            self._gone |= gone
        self._stable |= answer.stable
        for place, (records, after) in answer.records.items():
            moved = self._positions.get(place) != some[place]
            moved |= self._ids.get(place) != ids.get(place)
            if moved or place in self._paused or most <= 0:
                continue
            if len(records) > most:
                records, after = records[:most], records[most - 1].offset + 1
            most -= len(records)
            self._positions[place] = after
            if records:
                found[place] = records
        return found

    async def _place(self, places: Sequence[TopicPartition]) -> None:
        """Learn where to read partitions on from: what is committed, or else their beginning."""
        if not places:
            return
        assignment = self._assignment
        said = await self.committed_of(places) if self._group_name else {}
        begins = await self.beginning_offsets(places)
        if self._assignment is assignment:
            for place in places:
                at = said[place].offset if place in said else begins[place]
                self._positions.setdefault(place, at)


def _since(time: int) -> Any:
    def find(log: Log) -> OffsetAndTimestamp | None:
        for record in log.records:
            if record.timestamp >= time:
                return OffsetAndTimestamp(record.offset, record.timestamp)
        return None

    return find
