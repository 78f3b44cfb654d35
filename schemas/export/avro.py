"""Avro schemas of the records, for those who keep them in a schema registry.

The wire is JSON; these describe the same records in Avro's terms. Money is text, an input's time
is `timestamp-millis`, an output's its text, what is open-ended is JSON as text, and names of enums
are plain text, so that a new one breaks no reader.
"""

from __future__ import annotations

from typing import Any

from schemas.export.json_schema import json_schema
from schemas.topics import Topic

NAMESPACE = "pricetide"
#: Marks text that is JSON; who does not know the mark reads text.
JSON_TEXT = "json"
#: Marks text that is a JSON object where it begins with a brace, and text otherwise.
OBJECT_OR_TEXT = "json-object-or-text"

_SIMPLE = {"string": "string", "integer": "long", "number": "double", "boolean": "boolean"}
_JSON = {"type": "string", "logicalType": JSON_TEXT}
_OBJECT_OR_TEXT = {"type": "string", "logicalType": OBJECT_OR_TEXT}
_TIME = {"type": "long", "logicalType": "timestamp-millis"}


def avro_schema(topic: Topic) -> Any:
    """The Avro schema of one value of `topic`: a record, or a union of records."""
    schema = json_schema(topic)
    name = "".join(word.capitalize() for word in topic.name.split("-"))
    return _Conversion(schema.get("$defs", {}), topic.direction == "in").convert(schema, name)


class _Conversion:
    def __init__(self, definitions: dict[str, Any], lenient: bool) -> None:
        self.definitions = definitions
        self.lenient = lenient
        self.defined: set[str] = set()

    def convert(self, schema: dict[str, Any], name: str) -> Any:
        """The Avro type of `schema`; a record gets `name`, and is spelled out once only."""
        if "$ref" in schema:
            target = schema["$ref"].rsplit("/", 1)[1]
            if target == "JsonValue":
                return _JSON
            return self.convert(self.definitions[target], target)
        if "oneOf" in schema:
            return [self.convert(option, name) for option in schema["oneOf"]]
        if "anyOf" in schema:
            return self._any_of(schema["anyOf"], name)
        if "properties" in schema:
            return self._record(schema, name)
        kind = schema.get("type")
        if kind == "array":
            return {"type": "array", "items": self.convert(schema["items"], name)}
        if kind == "object":
            values = schema.get("additionalProperties")
            return {"type": "map", "values": self.convert(values, name)} if values else _JSON
        if kind == "null":
            return "null"
        return _JSON if kind is None and "enum" not in schema else _SIMPLE.get(str(kind), "string")

    def _any_of(self, options: list[dict[str, Any]], name: str) -> Any:
        nullable = [option for option in options if option.get("type") != "null"]
        formats = {option.get("format") for option in nullable}
        if "date-time" in formats and self.lenient:
            converted: Any = _TIME
        elif any(option.get("type") == "string" for option in nullable):
            either = any(option.get("type") == "object" for option in nullable)
            converted = _OBJECT_OR_TEXT if either else "string"
        else:
            converted = self.convert(nullable[0], name)
        return converted if len(nullable) == len(options) else ["null", converted]

    def _record(self, schema: dict[str, Any], name: str) -> Any:
        if name in self.defined:
            return name
        self.defined.add(name)
        required = schema.get("required", ())
        fields = [
            self._field(field, part, field in required)
            for field, part in schema["properties"].items()
        ]
        record = {"type": "record", "name": name, "namespace": NAMESPACE, "fields": fields}
        return record | ({"doc": schema["description"]} if "description" in schema else {})

    def _field(self, field: str, schema: dict[str, Any], required: bool) -> dict[str, Any]:
        kind = self.convert(schema, field.capitalize())
        if required:
            return {"name": field, "type": kind}
        optional = kind if isinstance(kind, list) and kind[0] == "null" else ["null", kind]
        return {"name": field, "type": optional, "default": None}
