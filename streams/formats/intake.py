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
from streams.formats.avro import Decode, decoder
from streams.formats.framing import FRAMED, framed
from streams.formats.schema import UnknownSchemaError
from streams.kafka.kafka_record import LARGEST_VALUE, Parsed, RawRecord
from streams.kafka.surroundings import surroundings
from streams.mapping.mapper import Mapper
from streams.mapping.topic_settings import TopicSettings

if TYPE_CHECKING:
    from streams.formats.registry import SchemaRegistry

#: Under this name a field map finds the attributes of a CloudEvent: `ce.id`.
ENVELOPE = "ce"
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
        self._registry = registry
        self._decoders: dict[int, Decode | None] = {}

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
        return bool(self._registry and value and value[0] == FRAMED and topic in _OF_PERSONS)

    async def prepare(self, read: Iterable[Sequence[Parsed]]) -> None:
        """Ask the registry, beside the event loop, for the schemas that are not known yet.

        RegistryAwayError while it is away: nothing of this may be converted then.
        """
        numbers = self._unknown(record for records in read for record in records)
        if numbers:
            await surroundings().in_thread(lambda: list(map(self._decoder, sorted(numbers))))

    def _unknown(self, records: Iterable[Parsed]) -> set[int]:
        if self._registry is None:
            return set()
        values = [v for r in records for v in (r.value, r.key) if v and v[0] == FRAMED]
        numbers = {int.from_bytes(value[1:5], "big") for value in values if len(value) >= 5}
        return {n for n in numbers - self._decoders.keys() if not self._registry.known(n)}

    def convert(self, topic: str, records: Sequence[Parsed]) -> Sequence[Parsed]:
        """The records in the contract's form; RegistryAwayError where a schema has to be asked for
        and the registry is away.
        """
        mapper = self._mappers.get(topic)
        if mapper is None and not _any_foreign(records):
            return records
        return [self._converted(mapper, record) for record in records]

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
        except (RecordError, RecursionError, TypeError, OverflowError) as error:
            return refused(record, str(error))
        if value is record.value and key is record.key:
            return record
        return Converted(record.offset, key, value, record.timestamp, record)

    def _document(self, value: bytes) -> Any:
        if value[0] != FRAMED:
            return document(value)
        number, payload = framed(value)
        decode = self._decoder(number)
        return document(payload) if decode is None else decode(payload)

    def _plain_key(self, key: bytes | None) -> bytes | None:
        """The text of a key that has a schema; of a record with one field, that of the field."""
        if not key or key[0] != FRAMED:
            return key
        found = self._document(key)
        if isinstance(found, dict) and len(found) == 1:
            (found,) = found.values()
        return str(found).encode()

    def _decoder(self, number: int) -> Decode | None:
        """What reads the values of a schema; None where they are JSON."""
        if self._registry is None:
            raise RecordError("it names a registry's schema, and no registry is set")
        if number not in self._decoders:
            self._decoders[number] = _decoder_of(self._registry, number)
        return self._decoders[number]


def _decoder_of(registry: SchemaRegistry, number: int) -> Decode | None:
    try:
        schema = registry.schema(number)
        if schema.kind not in ("AVRO", "JSON"):
            raise RecordError(f"schema {number} is {schema.kind}, which is not read")
        return None if schema.kind == "JSON" else decoder(schema)
    except (UnknownSchemaError, RecordError) as error:
        why = str(error)

    def refuse(_: bytes) -> Any:
        raise RecordError(why)

    return refuse


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
