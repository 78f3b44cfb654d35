"""Who may do what in Kafka: the fewest rights with which each part of a shop does its work."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.errors import KafkaError

from schemas.topics import TOPICS
from streams.kafka.admin import TopicsError, reach
from streams.kafka.names import TopicNames

PATIENCE_SECONDS, PAUSE_SECONDS = 30.0, 0.05
_KINDS = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactional id": ResourceType.TRANSACTIONAL_ID,
}


class Right(NamedTuple):
    """An operation on a topic, a group or a transactional id; a name that ends in * is a prefix."""

    operation: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.operation} {self.kind} {self.name}"


def _may(operation: str, *topics: str) -> list[Right]:
    return [Right(operation, "topic", topic) for topic in topics]


def _topics(direction: str, *but: str) -> list[str]:
    return [n for n, topic in TOPICS.items() if topic.direction == direction and n not in but]


#: Topics that change prices by themselves: who may write to them rules the shop.
STEERING = ("pricing-policies", "pricing-control")
#: What the shop and others tell; who writes clicks need not be able to write products.
FED = tuple(_topics("in", *STEERING, "price-acks", "demand-forecasts"))
#: What ingest reads: what the shop tells, and what the pricer itself says to all partitions.
#: What the partitions of the journal tell each other.
EXCHANGED = ("category-evidence", "quote-lines", "basket-lines")
INGESTED = (*_topics("in"), *EXCHANGED, "model-updates")
#: What planning promotions writes.
PLANNED = ("promotion-plans", "promotion-results")
_INGEST = [
    *_may("read", *sorted(INGESTED), "pricing-journal", "product-currencies"),
    *_may("write", "pricing-journal", "dead-letters", "pricing-alerts", "product-currencies"),
    Right("read", "group", "{app}-ingest"),
]
#: From what a partition's state is made.
_STATE = ("pricing-journal", "pricing-snapshots", "pricing-quarantine")
_PRICE = [
    *_may("read", *_STATE),
    *_may("write", *_topics("out", "dead-letters", "model-updates", *PLANNED)),
    *_may("write", *EXCHANGED, "pricing-snapshots", "pricing-quarantine"),
    Right("read", "group", "{app}"),
    Right("write", "transactional id", "{app}-*"),
]
_REDRIVE = [
    *_may("read", *_topics("in"), "dead-letters", "pricing-quarantine", "pricing-redriven"),
    *_may("write", *_topics("in"), "pricing-redriven"),
    Right("write", "transactional id", "{app}-redrive"),
]
#: It shows what is in the topics and who works, tries policies on the workers' snapshots, writes
#: what its users and programs tell it, and sends dead letters again.
_CONSOLE = [
    *_may("read", *_topics("out"), *EXCHANGED, "pricing-journal", "pricing-snapshots"),
    *_REDRIVE,
    Right("describe", "group", "{app}"),
    Right("describe", "group", "{app}-ingest"),
]
#: Files are imported in one transaction.
_IMPORT = Right("write", "transactional id", "{app}-import")
#: Role → its rights, in which {app} and {user} stand for their names.
ROLES: Mapping[str, list[Right]] = {
    "all": list(dict.fromkeys(_INGEST + _PRICE)),
    "ingest": _INGEST,
    "price": _PRICE,
    "train": [
        *_may("read", "demand-observations", "products", "model-updates"),
        *_may("write", "model-updates", "demand-forecasts"),
        # promotions are planned on the pricer's own state
        *_may("read", "pricing-policies", "promotions", *PLANNED, *_STATE),
        *_may("write", "promotions", *PLANNED),
        Right("read", "group", "{app}"),
    ],
    "forecast": [
        *_may("read", "demand-observations", "products"),
        *_may("write", "demand-forecasts"),
        Right("read", "group", "{app}-forecast"),
    ],
    "redrive": _REDRIVE,
    "console": list(dict.fromkeys(_CONSOLE)),
    "archive": _may("read", "pricing-journal"),
    "feed": [*_may("write", *FED), _IMPORT],
    **{f"feed-{topic}": [*_may("write", topic), _IMPORT] for topic in FED},
    "apply": [
        *_may("read", "price-changes", "price-offers"),
        *_may("write", "price-acks"),
        Right("read", "group", "{user}"),
        Right("read", "group", "{user}-*"),
    ],
    "steer": _may("write", *STEERING, "promotion-plans"),
    "look": _may("read", *_topics("out")),
}


def grant(
    client: Mapping[str, Any], principal: str, role: str, app: str, names: TopicNames
) -> list[Right]:
    """Allow a principal ("User:NAME") what its role needs; returns its rights, on topics by their
    names in Kafka.

    Raises
    ------
    TopicsError
        Kafka can't be reached, has no authorizer, or this client may not grant; or the user's
        groups would be those of the pricer.
    """
    user = principal.partition(":")[2]
    if role == "apply":
        _require_groups_of_its_own(user, app)
    rights = [_named(right, names, app, user) for right in ROLES[role]]
    wanted = [_acl(principal, right) for right in rights]
    admin = reach(client)
    try:
        answer = admin.create_acls(wanted)
        if not answer["failed"]:
            _wait_for(admin, wanted)
    except KafkaError as error:
        raise TopicsError(f"Kafka grants nothing: {error}") from error
    finally:
        admin.close()
    for refusal in answer["failed"]:
        raise TopicsError(f"Kafka grants nothing: {refusal.__name__}, {refusal.description}")
    return rights


def _require_groups_of_its_own(user: str, app: str) -> None:
    """The groups of a user are USER and USER-*: they must not reach those of others."""
    if not user or "*" in user:
        raise TopicsError(f"{user!r} stands for many users, and for their groups: name one")
    ours, theirs = f"{app}-", f"{user}-"
    if ours.startswith(theirs) or theirs.startswith(ours):
        raise TopicsError(f"groups that begin with {user!r} are the pricer's: name the user else")


def _named(right: Right, names: TopicNames, app: str, user: str) -> Right:
    if right.kind == "topic":
        return right._replace(name=names.outer(right.name))
    return right._replace(name=right.name.format(app=app, user=user))


def _wait_for(admin: KafkaAdminClient, wanted: list[ACL]) -> None:
    """Kafka has written them down; what asks whether they hold learns of them a little later."""
    whatever = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    mine = ACLFilter(wanted[0].principal, None, ACLOperation.ANY, ACLPermissionType.ANY, whatever)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        held, _ = admin.describe_acls(mine)
        if set(wanted) <= set(held):
            return
        time.sleep(PAUSE_SECONDS)
    raise TopicsError(f"Kafka does not heed the rights yet, after {PATIENCE_SECONDS:.0f} s")


def _acl(principal: str, right: Right) -> ACL:
    prefix = right.name.endswith("*")
    return ACL(
        principal=principal,
        host="*",
        operation=ACLOperation[right.operation.upper()],
        permission_type=ACLPermissionType.ALLOW,
        resource_pattern=ResourcePattern(
            _KINDS[right.kind],
            right.name.removesuffix("*"),
            ACLResourcePatternType.PREFIXED if prefix else ACLResourcePatternType.LITERAL,
        ),
    )
