"""Avro values in and out of what JSON can say."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

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


def decoder(schema: Schema) -> Decode:
    """Reads values of a schema; RecordError where the schema, or later a value, cannot be used."""
    named: dict[str, Any] = {}
    try:
        for reference in schema.references:
            parse_schema(json.loads(reference), named_schemas=named)
        declared = _with_ms(json.loads(schema.text))
        parsed = parse_schema(declared, named_schemas=named)
    except Exception as error:  # whatever a stranger's schema makes the library raise
        raise RecordError(f"its schema cannot be used: {error}") from None
    if _may_explode(declared):
        raise RecordError("its schema has lists of items that take no byte")

    def decode(payload: bytes) -> Any:
        source = io.BytesIO(payload)
        try:
            value = fastavro.schemaless_reader(source, parsed, None)
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


def _may_explode(schema: Any) -> bool:
    """Whether a few bytes may stand for any number of items."""
    if isinstance(schema, list):
        return any(map(_may_explode, schema))
    if not isinstance(schema, dict):
        return False
    if schema.get("type") == "array" and _takes_no_byte(schema["items"]):
        return True
    return any(_may_explode(schema.get(key)) for key in ("type", "fields", "items", "values"))


def _takes_no_byte(schema: Any) -> bool:
    if isinstance(schema, list):
        return False  # the number of the branch takes one
    if not isinstance(schema, dict):
        return bool(schema == "null")
    kind = schema.get("type")
    if kind == "record":
        return all(_takes_no_byte(field["type"]) for field in schema.get("fields", ()))
    if kind == "fixed":
        return schema.get("size") == 0
    return _takes_no_byte(kind) if not isinstance(kind, str) else kind == "null"
