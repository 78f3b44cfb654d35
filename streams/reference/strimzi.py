"""Topics and users for a Kafka that Strimzi runs: what `pricetide topics` makes and grants."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.topics import TOPICS
from streams.kafka.access import ROLES, Right

HEAD = "# Made by `python -m streams.reference`; the cluster is called shop.\n"
API = "kafka.strimzi.io/v1"
LABELS = {"strimzi.io/cluster": "shop"}
APP = "pricetide"
#: User → role, as the deployment needs them.
USERS = {
    "pricetide": "all",
    "pricetide-trainer": "train",
    "pricetide-console": "console",
    "shop-feed": "feed",
    "webshop": "apply",
    "merchandiser": "steer",
}
_KINDS = {"topic": "topic", "group": "group", "transactional id": "transactionalId"}


def topics() -> str:
    """A KafkaTopic for each topic."""
    return HEAD + "".join(
        _document(
            "KafkaTopic",
            topic.name,
            {"partitions": topic.partitions, "replicas": 3, "config": topic.settings},
        )
        for topic in TOPICS.values()
    )


def users() -> str:
    """A KafkaUser for each part of a shop, with no more rights than its role needs."""
    return HEAD + "".join(
        _document(
            "KafkaUser",
            user,
            {
                "authentication": {"type": "tls"},
                "authorization": {
                    "type": "simple",
                    "acls": [_rule(right, user) for right in ROLES[role]],
                },
            },
        )
        for user, role in USERS.items()
    )


def _rule(right: Right, user: str) -> dict[str, Any]:
    name = right.name.format(app=APP, user=user)
    pattern = "prefix" if name.endswith("*") else "literal"
    resource = {"type": _KINDS[right.kind], "name": name.rstrip("*"), "patternType": pattern}
    # to read or write a topic, a client asks what it is like
    operations = dict.fromkeys((right.operation.capitalize(), "Describe"))
    return {"resource": resource, "operations": list(operations)}


def _document(kind: str, name: str, spec: dict[str, Any]) -> str:
    value = {
        "apiVersion": API,
        "kind": kind,
        "metadata": {"name": name, "labels": LABELS},
        "spec": spec,
    }
    # JSON is YAML, and needs no writer of YAML
    return f"---\n{msgspec.json.format(msgspec.json.encode(value), indent=2).decode()}\n"
