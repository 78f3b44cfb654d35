"""Every record: its topic, its fields, and an example."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.examples import EXAMPLES
from schemas.export.json_schema import json_schema
from schemas.topics import TOPICS, Topic
from schemas.values.instants import DAY

HEAD = """\
# Records

This page is made from the records' models (`python -m streams.reference`). JSON Schema, Avro
schemas and AsyncAPI are in [`schemas/generated`](../schemas/generated); the fields of a policy have
[a page of their own](policy-reference.md). Fields that the pricer does not know are no error. Money
is exact decimal text on output; on input it may be a number, too.
"""
WHO = {"in": "you write it", "out": "the pricer writes it"}


def page() -> str:
    """The page."""
    topics = [topic for topic in TOPICS.values() if topic.direction != "internal"]
    parts = [HEAD]
    parts += [_section(topic) for topic in topics]
    return "\n".join(parts)


def _section(topic: Topic) -> str:
    schema = json_schema(topic)
    said = " ".join(str(schema.get("description", "")).split())
    kept = "for ever" if topic.retention_ms is None else f"{topic.retention_ms // DAY} days"
    key = "|".join(topic.key) or "free"
    facts = f"{WHO[topic.direction]}; key: {key}; "
    facts += "compacted" if topic.compacted else f"kept {kept}"
    lines = [f"## {topic.name}", "", f"*{facts}.* {said}".rstrip(), ""]
    lines += ["| field | type | |", "|---|---|---|"]
    required = set(schema.get("required", ()))
    for name, field in schema.get("properties", {}).items():
        lines.append(f"| `{name}` | {_type(field)} | {'required' if name in required else ''} |")
    if topic.name in EXAMPLES:
        example = msgspec.json.format(msgspec.json.encode(EXAMPLES[topic.name]), indent=1).decode()
        lines += ["", "```json", example, "```"]
    return "\n".join(lines) + "\n"


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "enum" in field:
        return " · ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    either = field.get("anyOf") or field.get("oneOf")
    if either:
        kinds = dict.fromkeys(_type(one) for one in either if one.get("type") != "null")
        return " or ".join(kinds)
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    return str(field.get("format") or field.get("type") or "any")
