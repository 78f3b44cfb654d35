"""What producers sent, as the decoder takes it: each record in the contract's own form.

A record says itself what it is: the first byte of one with a registry's schema is zero, which JSON
never begins with, and a CloudEvent has headers. So producers may change over one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import msgspec

from schemas.records.record import RecordError, document
from streams.configuration.settings import Settings
from streams.formats import cloud_events
from streams.formats.framing import FRAMED, HEAD_BYTES, framed
from streams.formats.readers import Readers
from streams.kafka.kafka_record import LARGEST_VALUE, Parsed, RawRecord
from streams.kafka.surroundings import surroundings
from streams.mapping.mapper import Mapper
from streams.mapping.topic_settings import TopicSettings

if TYPE_CHECKING:
    from streams.formats.registry import SchemaRegistry

#: Under this name a field map finds the attributes of a CloudEvent: `ce.id`.
ENVELOPE = "ce"
#: Values of a schema that are worth the fixed cost of reading them together.
FEWEST = 8
#: What a value that does not fit raises while it is brought into the contract's form.
_UNFIT = (RecordError, RecursionError, TypeError, OverflowError)
#: Topics whose records name persons.
_OF_PERSONS = frozenset({"orders", "clickstream", "pricing-control"})


class Converted(NamedTuple):
    """A record in the contract's form, and the one that it was made of."""

    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int
    original: Parsed


class InputFormats:
    """Brings records into the contract's form, one for one; what cannot be brought there says why.

    Raises
    ------
    ValueError
        A map names a field that its topic's record does not have.
    """

    def __init__(
        self, topics: Mapping[str, TopicSettings], registry: SchemaRegistry | None = None
    ) -> None:
        self._mappers = {
            topic: Mapper(topic, each.fields) for topic, each in topics.items() if each.fields
        }
        self._readers = Readers(registry)
        self._has_registry = registry is not None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The intake that the settings say; without a registry, it loads no client of one."""
        if settings.registry is None:
            return cls(settings.topics)
        from streams.formats.registry import registry_of

        return cls(settings.topics, registry_of(settings))

    def personal(self, topic: str) -> frozenset[str]:
        """What the topic's producers call the fields that name a person."""
        mapper = self._mappers.get(topic)
        return mapper.personal if mapper else frozenset()

    def is_opaque(self, topic: str, value: bytes | None) -> bool:
        """Whether a value may name a person, and not so that it could be seen."""
        return bool(self._has_registry and value and value[0] == FRAMED and topic in _OF_PERSONS)

    async def prepare(self, read: Iterable[Sequence[Parsed]]) -> None:
        """Ask the registry, beside the event loop, for the schemas that are not known yet.

        RegistryAwayError while it is away: nothing of this may be converted then.
        """
        if not self._has_registry:
            return
        heads = {v[:HEAD_BYTES] for rs in read for r in rs for v in (r.value, r.key) if v}
        numbers = {framed(h)[0] for h in heads if h[0] == FRAMED and len(h) == HEAD_BYTES}
        if unknown := sorted(self._readers.unknown(numbers)):
            await surroundings().in_thread(lambda: list(map(self._readers.alone, unknown)))

    def convert(self, topic: str, records: Sequence[Parsed]) -> Sequence[Parsed]:
        """The records in the contract's form; RegistryAwayError where a schema has to be asked for
        and the registry is away.
        """
        mapper = self._mappers.get(topic)
        if mapper is not None:
            return [self._converted(mapper, record) for record in records]
        if not _any_foreign(records):
            return records
        together = self._together(records)
        return [together.get(i) or self._converted(None, r) for i, r in enumerate(records)]

    def _together(self, records: Sequence[Parsed]) -> dict[int, Parsed]:
        """Records, by place, of whose schema there are many: their values can be read at once."""
        places: dict[bytes, list[int]] = {}
        for place, record in enumerate(records):
            value = record.value
            if not value or value[0] != FRAMED or not HEAD_BYTES < len(value) <= LARGEST_VALUE:
                continue
            if not _is_flawed(record) and not getattr(record, "headers", ()):
                places.setdefault(value[:HEAD_BYTES], []).append(place)
        found: dict[int, Parsed] = {}
        for head, some in places.items():
            read = self._readers.together(framed(head)[0]) if len(some) >= FEWEST else None
            if read is not None:
                values = read([records[place].value or b"" for place in some])
                for place, value in zip(some, values, strict=True):
                    if value is not None:
                        found[place] = self._with_value(records[place], value)
        return found

    def _with_value(self, record: Parsed, value: bytes) -> Parsed:
        try:
            key = self._plain_key(record.key)
        except _UNFIT as error:
            return refused(record, str(error))
        return Converted(record.offset, key, value, record.timestamp, record)

    def _converted(self, mapper: Mapper | None, record: Parsed) -> Parsed:
        if _is_flawed(record) or len(record.value or b"") > LARGEST_VALUE:
            return record
        try:
            key = self._plain_key(record.key)
            event = cloud_events.opened(getattr(record, "headers", ()), record.value)
            value = record.value if event is None else event.data
            if value and (value[0] == FRAMED or mapper is not None):
                found = self._document(value)
                if mapper is not None:
                    if event is not None and isinstance(found, dict):
                        found = found | {ENVELOPE: event.attributes}
                    found = mapper.apply(found)
                value = msgspec.json.encode(found)
        except _UNFIT as error:
            return refused(record, str(error))
        if value is record.value and key is record.key:
            return record
        return Converted(record.offset, key, value, record.timestamp, record)

    def _document(self, value: bytes) -> Any:
        if value[0] != FRAMED:
            return document(value)
        number, payload = framed(value)
        decode = self._readers.alone(number)
        return document(payload) if decode is None else decode(payload)

    def _plain_key(self, key: bytes | None) -> bytes | None:
        """The text of a key that has a schema; of a record with one field, that of the field."""
        if not key or key[0] != FRAMED:
            return key
        found = self._document(key)
        if isinstance(found, dict) and len(found) == 1:
            (found,) = found.values()
        return str(found).encode()


def _any_foreign(records: Sequence[Parsed]) -> bool:
    """Whether a record is anything but bare JSON."""
    if not records:
        return False
    if any(value[0] == FRAMED for record in records if (value := record.value)):
        return True
    # a tombstone has no value that would tell
    if any(key[0] == FRAMED for record in records if record.value is None and (key := record.key)):
        return True
    return any(getattr(record, "headers", ()) for record in records if not _is_flawed(record))


def _is_flawed(record: Parsed) -> bool:
    """Whether it cannot be read, whatever its value says."""
    return getattr(record, "error", None) is not None


def refused(record: Parsed, error: str) -> RawRecord:
    """A record that cannot be brought into the contract's form."""
    return RawRecord(record.offset, record.timestamp, 0, record.key, record.value, (), error)


def original(record: Any) -> Parsed:
    """The record as it was sent."""
    sent: Parsed = record.original if isinstance(record, Converted) else record
    return sent
