"""What producers sent, as the decoder takes it: each record in the contract's own form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from schemas.records.record import RecordError, document
from streams.kafka.kafka_record import LARGEST_VALUE, Parsed, RawRecord, may_be_flawed
from streams.mapping.mapper import Mapper
from streams.mapping.topic_settings import TopicSettings


class Converted(NamedTuple):
    """A record in the contract's form, and the one that it was made of."""

    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int
    original: Parsed


class Intake:
    """Brings records into the contract's form, one for one; what cannot be brought there says why.

    Raises
    ------
    ValueError
        A map names a field that its topic's record does not have.
    """

    def __init__(self, topics: Mapping[str, TopicSettings]) -> None:
        self._mappers = {
            topic: Mapper(topic, each.fields) for topic, each in topics.items() if each.fields
        }

    def personal(self, topic: str) -> frozenset[str]:
        """What the topic's producers call the fields that name a person."""
        mapper = self._mappers.get(topic)
        return mapper.personal if mapper else frozenset()

    def convert(self, topic: str, records: Sequence[Parsed]) -> Sequence[Parsed]:
        """The records in the contract's form."""
        mapper = self._mappers.get(topic)
        if mapper is None:
            return records
        return [self._converted(mapper, record) for record in records]

    def _converted(self, mapper: Mapper, record: Parsed) -> Parsed:
        if record.value is None or may_be_flawed(type(record)) or len(record.value) > LARGEST_VALUE:
            return record
        try:
            value = msgspec.json.encode(mapper.apply(document(record.value)))
        except RecordError as error:
            return refused(record, str(error))
        return Converted(record.offset, record.key, value, record.timestamp, record)


def refused(record: Parsed, error: str) -> RawRecord:
    """A record that cannot be brought into the contract's form."""
    return RawRecord(record.offset, record.timestamp, 0, record.key, record.value, (), error)


def original(record: Any) -> Parsed:
    """The record as it was sent."""
    sent: Parsed = record.original if isinstance(record, Converted) else record
    return sent
