"""One AsyncAPI 3 document of every topic, its settings and its record."""

from __future__ import annotations

from typing import Any

from schemas.export.json_schema import json_schema
from schemas.topics import TOPICS, Topic

VERSION = "1.0.0"


def asyncapi() -> dict[str, Any]:
    """The document, as seen by the pricer: it receives input topics and sends output topics."""
    public = [topic for topic in TOPICS.values() if topic.direction != "internal"]
    components: dict[str, Any] = {"messages": {}, "schemas": {}}
    for topic in public:
        components["messages"][topic.name] = _message(topic, components["schemas"])
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Pricetide",
            "version": VERSION,
            "description": "Shop events in, explained prices out, over Kafka.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in public},
        "operations": dict(map(_operation, public)),
        "components": components,
    }


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "messages": {topic.name: {"$ref": f"#/components/messages/{topic.name}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["compact" if topic.compacted else "delete"],
                    "retention.ms": -1 if topic.retention_ms is None else topic.retention_ms,
                    "max.message.bytes": topic.max_message_bytes,
                },
                "bindingVersion": "0.5.0",
            }
        },
    }


def _operation(topic: Topic) -> tuple[str, dict[str, Any]]:
    action = "receive" if topic.direction == "in" else "send"
    return f"{action}-{topic.name}", {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{topic.name}"}],
    }


def _message(topic: Topic, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = _relocated(json_schema(topic))
    del schema["$schema"]
    for name, definition in schema.pop("$defs", {}).items():
        if schemas.setdefault(name, definition) != definition:
            raise ValueError(f"two records define {name!r} differently")
    schemas[topic.name] = schema
    reference = {"$ref": f"#/components/schemas/{topic.name}"}
    key = {"type": "string"} | ({"description": "|".join(topic.key)} if topic.key else {})
    bindings = {"kafka": {"key": key, "bindingVersion": "0.5.0"}}
    if topic.name == "dead-letters":
        return {
            "headers": reference,
            "payload": {
                "description": "the value as it came, byte for byte, or the head of a large one"
            },
            "contentType": "application/octet-stream",
            "bindings": bindings,
        }
    return {"payload": reference, "bindings": bindings}


def _relocated(node: Any) -> Any:
    """References into the document's components, and discriminators as AsyncAPI writes them."""
    if isinstance(node, list):
        return [_relocated(item) for item in node]
    if not isinstance(node, dict):
        return node
    moved = {name: _relocated(child) for name, child in node.items()}
    reference = moved.get("$ref")
    if isinstance(reference, str):
        moved["$ref"] = reference.replace("#/$defs/", "#/components/schemas/")
    discriminator = moved.get("discriminator")
    if isinstance(discriminator, dict):
        moved["discriminator"] = discriminator["propertyName"]
    return moved
