"""What reads the values of a registry's schemas, by the numbers of these."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from schemas.records.record import RecordError
from streams.formats.avro import Decode, ParsedSchema, decoder, parsed_schema
from streams.formats.avro_program import UntranslatableError, translated
from streams.formats.framing import HEAD_BYTES
from streams.formats.schema import UnknownSchemaError

if TYPE_CHECKING:
    from streams.formats.avro_batches import ReadBatch
    from streams.formats.registry import SchemaRegistry


class Readers:
    """Made once for each schema; RegistryAwayError where it has to be asked for and cannot be."""

    def __init__(self, registry: SchemaRegistry | None) -> None:
        self._registry = registry
        self._alone: dict[int, Decode | None] = {}
        self._together: dict[int, ReadBatch | None] = {}

    def unknown(self, numbers: Iterable[int]) -> set[int]:
        """Those of the schemas for which nothing has been made yet."""
        return set() if self._registry is None else set(numbers) - self._alone.keys()

    def alone(self, number: int) -> Decode | None:
        """What reads one value; None where values are JSON. RecordError without a registry."""
        if self._registry is None:
            raise RecordError("it names a registry's schema, and no registry is set")
        if number not in self._alone:
            self._make(self._registry, number)
        return self._alone[number]

    def together(self, number: int) -> ReadBatch | None:
        """What reads many values, each behind its head; None where nothing does."""
        if self._registry is None:
            return None
        if number not in self._alone:
            self._make(self._registry, number)
        return self._together[number]

    def _make(self, registry: SchemaRegistry, number: int) -> None:
        alone: Decode | None
        together: ReadBatch | None = None
        try:
            schema = registry.schema(number)
            if schema.kind not in ("AVRO", "JSON"):
                raise RecordError(f"schema {number} is {schema.kind}, which is not read")
            if schema.kind == "JSON":
                alone = None
            else:
                parsed = parsed_schema(schema)
                alone, together = decoder(parsed), _batch_reader(parsed)
        except (UnknownSchemaError, RecordError) as error:
            alone = _refusing(str(error))
        self._together[number] = together
        self._alone[number] = alone


def _batch_reader(parsed: ParsedSchema) -> ReadBatch | None:
    # imported here: what it is compiled by is large, and only ingest reads batches
    from streams.formats.avro_batches import batch_reader

    try:
        return batch_reader(translated(parsed.declared, parsed.named), HEAD_BYTES)
    except UntranslatableError:
        return None


def _refusing(why: str) -> Decode:
    def refuse(_: bytes) -> Any:
        raise RecordError(why)

    return refuse
