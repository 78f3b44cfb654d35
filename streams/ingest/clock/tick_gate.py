"""A tick that somebody sends counts what was written before it, to whatever topic.

Topics are read side by side, and `pricing-control` is short: a tick would overtake the orders of
its own day, which would then come too late. So it is let through once all that is no younger has
been read, here or by the other ingests of the group.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from aiokafka import TopicPartition

from streams.formats.intake import InputFormats
from streams.ingest.decoder import INPUTS
from streams.kafka.consumer import Consumer
from streams.kafka.surroundings import monotonic

logger = logging.getLogger(__name__)

TOPIC = "pricing-control"
#: Seconds that a tick waits at most: a pause of all prices may be behind it.
PATIENCE = 60.0


class _HeldTick(NamedTuple):
    """A tick that waits at `offset` until each partition has been read up to an offset."""

    offset: int
    until: dict[TopicPartition, int]
    deadline: float


class _Kind(msgspec.Struct):
    kind: str


_decode = msgspec.json.Decoder(_Kind).decode


class TickGate:
    """Sends the consumer back to a tick that it has read, and pauses its partition there.

    So no offset beyond the tick is committed before it is in the journal.
    """

    def __init__(self, consumer: Consumer, intake: InputFormats) -> None:
        self._intake = intake
        self._consumer = consumer
        self._held: dict[TopicPartition, _HeldTick] = {}
        self._passed: dict[TopicPartition, int] = {}

    @property
    def held(self) -> set[TopicPartition]:
        """Partitions that must not be read now."""
        return set(self._held)

    def forget(self) -> None:
        """What waits will be read again: partitions have been given out anew."""
        self._held.clear()

    async def admit(
        self, fetched: Mapping[TopicPartition, Sequence[Any]]
    ) -> dict[TopicPartition, Sequence[Any]]:
        """What was fetched, without a tick that has to wait and what comes behind it."""
        admitted = dict(fetched)
        for tp, records in fetched.items():
            if tp.topic != TOPIC:
                continue
            passed = self._passed.get(tp, -1)
            for i, record in enumerate(self._intake.convert(tp.topic, records)):
                if record.offset > passed and _is_tick(record.value):
                    self._consumer.seek(tp, record.offset)
                    self._consumer.pause(tp)
                    until = await self._written_before(record.timestamp)
                    self._held[tp] = _HeldTick(record.offset, until, monotonic() + PATIENCE)
                    admitted[tp] = records[:i]
                    break
        return {tp: records for tp, records in admitted.items() if records}

    async def look(self) -> None:
        """Let through what waits no longer for anything."""
        for tp, held in list(self._held.items()):
            late = monotonic() > held.deadline
            if late:
                logger.warning("a tick passes %d partitions that are behind it", len(held.until))
            if late or not await self._behind(held.until):
                self._passed[tp] = held.offset
                del self._held[tp]

    async def _written_before(self, timestamp: int) -> dict[TopicPartition, int]:
        """Offsets up to which the other topics' records are no younger, where there are any."""
        tps = [
            TopicPartition(topic, partition)
            for topic in sorted(INPUTS - {TOPIC})
            for partition in sorted(self._consumer.partitions_for_topic(topic) or ())
        ]
        begins = await self._consumer.beginning_offsets(tps)
        until: dict[TopicPartition, int] = await self._consumer.end_offsets(tps)
        if timestamp >= 0:
            younger = await self._consumer.offsets_for_times(dict.fromkeys(tps, timestamp + 1))
            until |= {tp: found.offset for tp, found in younger.items() if found is not None}
        return {tp: offset for tp, offset in until.items() if offset > begins[tp]}

    async def _behind(self, until: dict[TopicPartition, int]) -> bool:
        """Whether anything is still to be read; what has been is dropped from `until`."""
        mine = self._consumer.assignment()
        for tp, offset in list(until.items()):
            at = await (self._consumer.position(tp) if tp in mine else self._consumer.committed(tp))
            if (at or 0) < offset:
                return True
            del until[tp]
        return False


def _is_tick(value: bytes | None) -> bool:
    try:
        return value is not None and _decode(value).kind == "tick"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False  # whoever decodes it says what is wrong with it
