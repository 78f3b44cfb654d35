"""A shop on a Kafka with TLS, passwords and access lists: each user does its work, and no more."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import TopicAuthorizationFailedError

from schemas.topics import PARTITIONS
from streams.cli import main
from streams.kafka.broker import EmbeddedBroker
from streams.kafka.broker.security import Security
from tests.integration.away import free_port, ready
from tests.integration.shop.traffic import TEA
from tests.integration.shop.worker import Worker
from tests.patience import wait_until

pytestmark = pytest.mark.integration

USERS = {
    name: f"secret of {name}"
    for name in ("root", "pricer", "producer", "shop", "boss", "viewer", "office")
}
TIME = time.time_ns() // 1_000_000
RIVAL = {"sku": "tea", "competitor": "r", "currency": "USD", "price": "9.00", "time": TIME}
POLICY = {"policy_id": "match", "strategy": [{"kind": "match_competitor"}, {"kind": "keep"}]}


class Guarded:
    """The broker, and its users' clients."""

    def __init__(self, broker: EmbeddedBroker) -> None:
        self.broker = broker
        self.certificate = str(broker.data / "certificate.pem")

    def variables(self, user: str) -> dict[str, str]:
        """The settings of a command that this user gives."""
        return {
            "PRICETIDE_SECURITY_PROTOCOL": "SASL_SSL",
            "PRICETIDE_SASL_USERNAME": user,
            "PRICETIDE_SASL_PASSWORD": USERS[user],
            "PRICETIDE_SSL_CAFILE": self.certificate,
        }

    def login(self, user: str) -> dict[str, Any]:
        """Options of this user's Kafka clients."""
        return {
            "bootstrap_servers": self.broker.bootstrap,
            "security_protocol": "SASL_SSL",
            "ssl_cafile": self.certificate,
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": user,
            "sasl_plain_password": USERS[user],
        }

    def write(self, user: str, topic: str, value: dict[str, Any]) -> None:
        """Write one record; raises where the user may not."""
        producer = KafkaProducer(**self.login(user))
        try:
            sent = producer.send(topic, json.dumps(value).encode(), b"tea", timestamp_ms=TIME)
            sent.get(timeout=20)
        finally:
            producer.close()


@pytest.fixture(scope="module")
def command(guarded: Guarded) -> Iterator[Callable[..., int]]:
    """`command("root", "topics", …)` runs `pricetide topics …` as that user."""
    with pytest.MonkeyPatch.context() as patch:

        def run(user: str, *arguments: str) -> int:
            for name, value in guarded.variables(user).items():
                patch.setenv(name, value)
            return main([*arguments, "--bootstrap", guarded.broker.bootstrap])

        yield run


@pytest.fixture(scope="module")
def guarded() -> Iterator[Guarded]:
    security = Security(users=USERS, tls=True, acls=True, super_users=("root",))
    with EmbeddedBroker(security=security) as broker:
        yield Guarded(broker)


@pytest.fixture(scope="module")
def shop(guarded: Guarded, command: Callable[..., int], tmp_path_factory: Any) -> Guarded:
    """A shop whose users have their rights, and whose worker has priced the tea."""
    assert command("root", "topics") == 0
    roles = {
        "pricer": "all",
        "producer": "feed",
        "shop": "apply",
        "boss": "steer",
        "viewer": "look",
        "office": "console",
    }
    for user, role in roles.items():
        assert command("root", "topics", "--grant", f"User:{user}", "--role", role) == 0
    folder: Path = tmp_path_factory.mktemp("access")
    worker = Worker(guarded.broker.bootstrap, folder, "w0", **guarded.variables("pricer"))
    try:
        guarded.write("boss", "pricing-policies", POLICY)
        guarded.write("producer", "products", TEA)
        guarded.write("producer", "competitor-prices", RIVAL)
        change = _first_change(guarded.login("shop"))
        assert change["price"] == "9.00", worker.tail()
        ack = {"decision_id": change["decision_id"], "sku": "tea", "channel": "web"}
        ack |= {"status": "applied", "price": "9.00", "time": TIME}
        guarded.write("shop", "price-acks", ack)
        assert worker.stop() == 0, worker.tail()
    finally:
        worker.kill()
    return guarded


def _first_change(login: dict[str, Any]) -> dict[str, Any]:
    consumer = KafkaConsumer(
        "price-changes",
        **login,
        group_id="shop-1",
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        consumer_timeout_ms=40_000,
    )
    found = next(consumer, None)
    consumer.close()
    return {"price": None} if found is None else json.loads(found.value)


@pytest.mark.parametrize(
    ("user", "topic"),
    [
        ("producer", "pricing-control"),
        ("producer", "pricing-policies"),
        ("producer", "price-changes"),
        ("shop", "orders"),
        ("shop", "price-changes"),
        ("boss", "price-changes"),
        ("pricer", "pricing-policies"),
        ("pricer", "pricing-control"),
        ("pricer", "orders"),
    ],
)
def test_what_is_not_a_users_work_is_refused(shop: Guarded, user: str, topic: str) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        shop.write(user, topic, {"sku": "tea"})


@pytest.mark.parametrize(("user", "sees"), [("viewer", True), ("producer", False), ("boss", False)])
def test_who_only_writes_reads_nothing(shop: Guarded, user: str, sees: bool) -> None:
    consumer = KafkaConsumer(**shop.login(user), auto_offset_reset="earliest")
    consumer.assign([TopicPartition("price-decisions", number) for number in range(PARTITIONS)])

    def found() -> bool:
        with suppress(TopicAuthorizationFailedError):
            return bool(consumer.poll(timeout_ms=500))
        return False

    if sees:
        wait_until(found)
    else:
        assert not any(found() for _ in range(6))
    consumer.close()


def test_a_console_with_its_role_shows_who_works_tries_policies_and_posts(
    shop: Guarded, tmp_path: Path
) -> None:
    where, port = shop.broker.bootstrap, free_port()
    office = shop.variables("office") | {"PRICETIDE_STORE": f"sqlite:///{tmp_path}/console.sqlite"}
    worker = Worker(where, tmp_path, "w1", **shop.variables("pricer"))
    console = Worker(where, tmp_path, "console", "--port", str(port), command="console", **office)

    def fetched(path: str, body: Any = None) -> str:
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data)
        asked.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return str(answer.read().decode())

    try:
        wait_until(lambda: ready(port) == 200, console.tail)
        wait_until(lambda: fetched("/health").count(">stable<") == 2, console.tail)
        events = json.loads(fetched("/api/v1/events/competitor-prices", [RIVAL]))
        assert events["refused"] == []
        tried = json.loads(fetched("/api/v1/policies/what-if", {"policy": POLICY}))
        path = f"/api/v1/policies/what-if/{tried['preview']}"
        wait_until(lambda: json.loads(fetched(path))["done"])
        assert json.loads(fetched(path))["problem"] is None
    finally:
        console.kill()
        worker.kill()


def test_who_may_not_grant_is_told_in_one_line(
    shop: Guarded, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("pricer", "topics", "--grant", "User:pricer", "--role", "steer") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "grants nothing" in line
