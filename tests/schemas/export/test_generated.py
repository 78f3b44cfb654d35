"""The generated documents are current and well-formed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from schemas.export import files
from schemas.export.asyncapi import asyncapi
from schemas.topics import TOPICS

PUBLIC = [topic.name for topic in TOPICS.values() if topic.direction != "internal"]
GENERATED = files.generated()


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from nodes(child)


def resolve(document: Any, reference: str) -> Any:
    assert reference.startswith("#/")
    for part in reference[2:].split("/"):
        document = document[part]
    return document


def test_the_committed_files_are_current() -> None:
    assert files.stale() == []


def test_every_public_topic_is_described() -> None:
    schemas = {f"json_schema/{name}.json" for name in PUBLIC}
    avro = {f"avro/{name}.avsc" for name in PUBLIC if name != "dead-letters"}
    assert set(GENERATED) == {"asyncapi.json"} | schemas | avro


@pytest.mark.parametrize("path", GENERATED)
def test_output_is_deterministic_sorted_and_ends_with_a_line_feed(path: str) -> None:
    text = GENERATED[path]
    assert text.endswith("}\n") or text.endswith("]\n")
    document = json.loads(text)
    assert json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n" == text


@pytest.mark.parametrize("path", [p for p in GENERATED if not p.startswith("avro")])
def test_every_reference_resolves(path: str) -> None:
    document = json.loads(GENERATED[path])
    references = [node["$ref"] for node in nodes(document) if isinstance(node.get("$ref"), str)]
    for reference in references:
        assert isinstance(resolve(document, reference), dict)


@pytest.mark.parametrize("path", [p for p in GENERATED if p.startswith("json_schema")])
def test_no_constraint_is_lost_in_python_s_own_words(path: str) -> None:
    """`ge` for `minimum` would be ignored by every validator."""
    for node in nodes(json.loads(GENERATED[path])):
        assert not node.keys() & {"ge", "le", "gt", "lt", "min_length", "max_length", "strict"}


def test_optional_input_may_be_null_and_output_is_closed() -> None:
    order = json.loads(GENERATED["json_schema/orders.json"])
    assert {"type": "null"} in order["properties"]["channel"]["anyOf"]
    assert {"type": "null"} not in order["properties"]["currency"].get("anyOf", [])
    assert "additionalProperties" not in order
    change = json.loads(GENERATED["json_schema/price-changes.json"])
    assert change["additionalProperties"] is False
    assert change["properties"]["price"]["type"] == "string"


def test_asyncapi_has_the_parts_that_version_3_requires() -> None:
    document = asyncapi()
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= document["info"].keys()
    assert list(document["channels"]) == PUBLIC
    for name, channel in document["channels"].items():
        assert channel["address"] == name
        assert list(channel["messages"]) == [name]
        assert channel["bindings"]["kafka"]["partitions"] >= 1
    for name, operation in document["operations"].items():
        action, _, topic = name.partition("-")
        expected = {"in": "receive", "out": "send"}[TOPICS[topic].direction]
        assert operation["action"] == action == expected
        assert resolve(document, operation["channel"]["$ref"]) == document["channels"][topic]
        message = resolve(document, operation["messages"][0]["$ref"])
        assert resolve(document, message["$ref"]) == document["components"]["messages"][topic]
    for schema in nodes(document["components"]["schemas"]):
        assert isinstance(schema.get("discriminator", ""), str)
        assert "$defs" not in schema


@pytest.mark.parametrize("path", [p for p in GENERATED if p.startswith("avro")])
def test_avro_names_are_valid_defined_once_and_before_use(path: str) -> None:
    defined: set[str] = set()

    def walk(schema: Any) -> None:
        if isinstance(schema, str):
            primitive = {"null", "string", "long", "double", "boolean"}
            assert schema in primitive or schema in defined
        elif isinstance(schema, list):
            assert not any(isinstance(option, list) for option in schema)
            for option in schema:
                walk(option)
        elif schema["type"] == "record":
            assert schema["name"] not in defined
            defined.add(schema["name"])
            for field in schema["fields"]:
                assert re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", field["name"])
                if "default" in field:
                    assert field["default"] is None
                    assert field["type"][0] == "null"
                walk(field["type"])
        elif schema["type"] == "array":
            walk(schema["items"])
        elif schema["type"] == "map":
            walk(schema["values"])
        else:
            assert schema in (
                {"type": "long", "logicalType": "timestamp-millis"},
                {"type": "string", "logicalType": "json"},
                {"type": "string", "logicalType": "json-object-or-text"},
            )

    walk(json.loads(GENERATED[path]))
