"""Avro values in and out of what JSON can say."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import fastavro
from fastavro.schema import parse_schema

from schemas.export.avro import JSON_TEXT, OBJECT_OR_TEXT
from schemas.records.record import RecordError
from streams.formats.schema import Schema

#: What is open-ended in a record is JSON as text in the schemas that we publish.
fastavro.read.LOGICAL_READERS[f"string-{JSON_TEXT}"] = lambda text, *_: json.loads(text)
fastavro.read.LOGICAL_READERS[f"string-{OBJECT_OR_TEXT}"] = lambda text, *_: (
    json.loads(text) if text.startswith("{") else text
)

Decode = Callable[[bytes], Any]
Encode = Callable[[Any], bytes]


class ParsedSchema(NamedTuple):
    """A schema as fastavro takes it, and the named ones, its own too, that it may refer to."""

    declared: Any
    named: dict[str, Any]


def parsed_schema(schema: Schema) -> ParsedSchema:
    """A schema whose values can be read; RecordError where it cannot be used."""
    named: dict[str, Any] = {}
    try:
        for reference in schema.references:
            parse_schema(_with_ms(json.loads(reference)), named_schemas=named)
        declared = parse_schema(_with_ms(json.loads(schema.text)), named_schemas=named)
        explosive = any(_may_explode(each, named) for each in (declared, *named.values()))
    except Exception as error:  # whatever a stranger's schema makes the library raise
        raise RecordError(f"its schema cannot be used: {error}") from None
    if explosive:
        raise RecordError("its schema has lists of items that take no byte")
    return ParsedSchema(declared, named)


def decoder(schema: ParsedSchema) -> Decode:
    """Reads values of a schema, one by one; RecordError where a value is none."""

    def decode(payload: bytes) -> Any:
        source = io.BytesIO(payload)
        try:
            value = fastavro.schemaless_reader(source, schema.declared, None)
        except Exception as error:  # the library raises whatever the bytes lead it to
            raise RecordError(f"no Avro of its schema: {error!r}") from None
        if source.read(1):
            raise RecordError("no Avro of its schema: bytes are left over")
        return value

    return decode


def encoder(declared: Any) -> Encode:
    """Writes values, as JSON has them, under a schema of ours; what is open-ended as JSON text."""
    parsed = parse_schema(_as_text(declared))
    named: dict[str, Any] = {}

    def encode(value: Any) -> bytes:
        target = io.BytesIO()
        fastavro.schemaless_writer(target, parsed, _fitted(value, parsed, named))
        return target.getvalue()

    return encode


def _as_text(schema: Any) -> Any:
    """The schema with JSON text as plain text: the library would have it in no union."""
    if isinstance(schema, list):
        return [_as_text(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _as_text(value) if key in ("type", "fields", "items", "values") else value
        for key, value in schema.items()
        if not (key == "logicalType" and value in (JSON_TEXT, OBJECT_OR_TEXT))
    }


def _fitted(value: Any, schema: Any, named: dict[str, Any]) -> Any:
    """The value with JSON as text where the schema, of ours, says text."""
    if isinstance(schema, list):
        return None if value is None else _fitted(value, schema[-1], named)
    if isinstance(schema, str):
        if schema == "string" and not isinstance(value, str):
            return json.dumps(value, separators=(",", ":"))
        return _fitted(value, named[schema], named) if schema in named else value
    kind = schema["type"]
    if kind == "record":
        named[schema["name"]] = schema
        return {
            field["name"]: _fitted(value[field["name"]], field["type"], named)
            for field in schema["fields"]
            if field["name"] in value
        }
    if kind == "array":
        return [_fitted(each, schema["items"], named) for each in value]
    if kind == "map":
        return {key: _fitted(each, schema["values"], named) for key, each in value.items()}
    return _fitted(value, kind, named)


def _with_ms(schema: Any) -> Any:
    """The schema with times in ms as plain numbers: a record's time may be one."""
    if isinstance(schema, list):
        return [_with_ms(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: _with_ms(value) if key in ("type", "fields", "items", "values") else value
        for key, value in schema.items()
    }
    if kept.get("logicalType") == "timestamp-millis":
        del kept["logicalType"]
    return kept


def _may_explode(schema: Any, named: dict[str, Any]) -> bool:
    """Whether a few bytes may stand for any number of items."""
    if isinstance(schema, list):
        return any(_may_explode(each, named) for each in schema)
    if not isinstance(schema, dict):
        return False
    if schema.get("type") == "array" and _takes_no_byte(schema["items"], named):
        return True
    inner = (schema.get(key) for key in ("type", "fields", "items", "values"))
    return any(_may_explode(each, named) for each in inner)


def _takes_no_byte(schema: Any, named: dict[str, Any]) -> bool:
    if isinstance(schema, list):
        return False  # the number of the branch takes one
    if not isinstance(schema, dict):
        return schema == "null" or (schema in named and _takes_no_byte(named[schema], named))
    kind = schema.get("type")
    if kind == "record":
        return all(_takes_no_byte(field["type"], named) for field in schema.get("fields", ()))
    if kind == "fixed":
        return schema.get("size") == 0
    return _takes_no_byte(kind, named)
