"""Who may do what in Kafka: the fewest rights with which each part of a shop does its work."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
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
from streams.admin import TopicsError, reach
from streams.ingest.decoder import INPUTS

#: Topics that change prices by themselves: who may write to them rules the shop.
STEERING = ("pricing-policies", "pricing-control")
#: Outputs of others than the pricer.
_NOT_THE_PRICERS = ("dead-letters", "model-updates", "promotion-plans")
PATIENCE_SECONDS, PAUSE_SECONDS = 10.0, 0.05
_NAMED = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP}
_TRANSACTIONS = "transactional id"


class Right(NamedTuple):
    """An operation on a topic, a group or a transactional id; a name that ends in * is a prefix."""

    operation: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.operation} {self.kind} {self.name}"


def _reads(*topics: str) -> Iterator[Right]:
    return (Right("read", "topic", topic) for topic in topics)


def _writes(*topics: str) -> Iterator[Right]:
    return (Right("write", "topic", topic) for topic in topics)


def _ingest(app: str, _: str) -> Iterator[Right]:
    yield from _reads(*sorted(INPUTS), "pricing-journal")
    yield from _writes("pricing-journal", "dead-letters")
    yield Right("read", "group", f"{app}-ingest")


def _price(app: str, _: str) -> Iterator[Right]:
    yield from _reads("pricing-journal", "pricing-snapshots")
    published = [name for name, topic in TOPICS.items() if topic.direction == "out"]
    yield from _writes(*(name for name in published if name not in _NOT_THE_PRICERS))
    yield from _writes("category-evidence", "pricing-snapshots")
    yield Right("read", "group", app)
    yield Right("write", _TRANSACTIONS, f"{app}-*")


def _all(app: str, user: str) -> Iterator[Right]:
    yield from dict.fromkeys([*_ingest(app, user), *_price(app, user)])


def _train(app: str, user: str) -> Iterator[Right]:
    del app, user
    yield from _reads("demand-observations", "products", "model-updates")
    yield from _writes("model-updates")


def _feed(app: str, user: str) -> Iterator[Right]:
    del app, user
    shops = [name for name, topic in TOPICS.items() if topic.direction == "in"]
    yield from _writes(*(name for name in shops if name not in (*STEERING, "price-acks")))


def _apply(app: str, user: str) -> Iterator[Right]:
    del app
    yield from _reads("price-changes", "price-offers")
    yield from _writes("price-acks")
    yield Right("read", "group", f"{user}*")


def _steer(app: str, user: str) -> Iterator[Right]:
    del app, user
    yield from _writes(*STEERING, "promotion-plans")


def _look(app: str, user: str) -> Iterator[Right]:
    del app, user
    yield from _reads(*(name for name, topic in TOPICS.items() if topic.direction == "out"))


#: Role → its rights, by the app's name and the user's.
ROLES: Mapping[str, Callable[[str, str], Iterator[Right]]] = {
    "all": _all,
    "ingest": _ingest,
    "price": _price,
    "train": _train,
    "feed": _feed,
    "apply": _apply,
    "steer": _steer,
    "look": _look,
}


def grant(client: Mapping[str, Any], principal: str, role: str, app: str) -> list[Right]:
    """Allow a principal ("User:NAME") what its role needs; returns its rights.

    Raises
    ------
    TopicsError
        Kafka can't be reached, has no authorizer, or this client may not grant.
    """
    rights = list(ROLES[role](app, principal.partition(":")[2]))
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
            _NAMED.get(right.kind, ResourceType.TRANSACTIONAL_ID),
            right.name.removesuffix("*"),
            ACLResourcePatternType.PREFIXED if prefix else ACLResourcePatternType.LITERAL,
        ),
    )
