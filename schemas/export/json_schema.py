"""JSON Schema of a topic's records, as the wire accepts (input) or promises (output) them."""

from __future__ import annotations

from typing import Any

from schemas.examples import EXAMPLES
from schemas.records.record import NEVER_NULL
from schemas.topics import Topic

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(topic: Topic) -> Schema:
    """The schema of one value of `topic` (for dead letters, of the headers)."""
    schema: Schema = topic.adapter.json_schema(by_alias=True)
    schema = _tidy(schema)
    for part in [schema, *schema.get("$defs", {}).values()]:
        _let_optional_be_null(part)
    head = {"$schema": DIALECT, "title": topic.name, "examples": [EXAMPLES[topic.name]]}
    return {**head, **schema}


def _tidy(node: Any) -> Any:
    """Without pydantic's generated titles, and with nested `anyOf` in one list."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    tidied: Schema = {
        name: {key: _tidy(value) for key, value in child.items()}
        if name in ("properties", "$defs")
        else _tidy(child)
        for name, child in node.items()
        if not (name == "title" and isinstance(child, str))
    }
    for option in list(tidied.get("anyOf", ())):
        if "anyOf" in option:
            rest = {name: value for name, value in option.items() if name != "anyOf"}
            others = [other for other in tidied["anyOf"] if other is not option]
            tidied = {**rest, **tidied, "anyOf": option["anyOf"] + others}
    return tidied


def _let_optional_be_null(part: Schema) -> None:
    """Null means absent on input; output (closed to other fields) says itself what may be null."""
    if part.get("additionalProperties") is False:
        return
    for name, field in part.get("properties", {}).items():
        if name in part.get("required", ()) or name in NEVER_NULL:
            continue
        if not _nullable(field):
            default = {"default": field.pop("default")} if "default" in field else {}
            options = field.pop("anyOf", None)
            if options is None:
                options, field_rest = [dict(field)], {}
            else:
                field_rest = dict(field)
            field.clear()
            field.update({"anyOf": [*options, {"type": "null"}], **field_rest, **default})


def _nullable(field: Schema) -> bool:
    return field.get("type") == "null" or any(map(_nullable, field.get("anyOf", ())))
