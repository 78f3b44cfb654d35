"""The console beside a real Kafka: killed and started again, and while Kafka hangs."""

from __future__ import annotations

import json
import sqlite3
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from streams.cli import main
from streams.kafka.broker import EmbeddedBroker
from tests.integration.away import free_port, hanging, ready
from tests.integration.shop.worker import Worker
from tests.patience import wait_until

pytestmark = pytest.mark.integration

#: Products that are there before it starts, while it is killed, and when it has come back.
FIRST, MORE = 6000, 9000


def product(number: int) -> dict[str, Any]:
    money = {"currency": "USD", "price": "2.00", "cost": "1.00"}
    value = {"sku": f"s{number}", "name": "a", "category": "c", **money}
    return {"key": f"s{number}".encode(), "value": json.dumps(value).encode()}


@pytest.fixture
def console(fresh_broker: EmbeddedBroker, tmp_path: Path) -> Iterator[tuple[Worker, int]]:
    """A console of the test's own, and its port."""
    where = fresh_broker.bootstrap
    assert main(["topics", "--bootstrap", where, "--partitions", "2"]) == 0
    port, store = free_port(), f"sqlite:///{tmp_path}/console.sqlite"
    flags, variables = ("--port", str(port)), {"PRICETIDE_STORE": store}
    made = Worker(where, tmp_path, "console", *flags, command="console", **variables)
    yield made, port
    made.kill()


def page(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return str(answer.read().decode())


def skus(port: int) -> list[str]:
    """Of every offer that it shows."""
    found: list[str] = []
    cursor = ""
    while True:
        answer = json.loads(page(port, f"/api/v1/offers?limit=1000{cursor}"))
        found += [each["sku"] for each in answer["items"]]
        if answer["next"] is None:
            return found
        cursor = f"&cursor={answer['next']}"


def test_a_console_that_is_killed_goes_on_where_it_was(
    console: tuple[Worker, int], fresh_broker: EmbeddedBroker, produce: Callable[..., None]
) -> None:
    process, port = console
    produce(fresh_broker.bootstrap, "products", map(product, range(FIRST)))
    wait_until(lambda: ready(port) != 0 and len(skus(port)) > 0, process.tail)
    process.kill()
    produce(fresh_broker.bootstrap, "products", map(product, range(FIRST, MORE)))
    process.start()
    wait_until(lambda: ready(port) == 200, process.tail)
    wait_until(lambda: len(skus(port)) == MORE, process.tail)
    assert sorted(skus(port)) == sorted(f"s{number}" for number in range(MORE))
    assert process.stop() == 0, process.tail()


def test_it_stops_in_time_while_another_process_holds_its_store(
    console: tuple[Worker, int],
    fresh_broker: EmbeddedBroker,
    produce: Callable[..., None],
    tmp_path: Path,
) -> None:
    process, port = console
    wait_until(lambda: ready(port) == 200, process.tail)
    with closing(sqlite3.connect(tmp_path / "console.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        produce(fresh_broker.bootstrap, "products", map(product, range(FIRST)))
        time.sleep(1.0)
        assert process.stop() == 0, process.tail()


def test_while_kafka_hangs_pages_say_so_and_it_goes_on_by_itself(
    console: tuple[Worker, int], fresh_broker: EmbeddedBroker, produce: Callable[..., None]
) -> None:
    process, port = console
    hidden = 'class="banner hidden"'
    wait_until(lambda: ready(port) == 200, process.tail)
    assert hidden in page(port, "/offers")
    with hanging(fresh_broker) as hang:
        hang()
        wait_until(lambda: ready(port) == 503, process.tail)
        assert hidden not in page(port, "/offers")
    wait_until(lambda: ready(port) == 200, process.tail)
    assert hidden in page(port, "/offers")
    produce(fresh_broker.bootstrap, "products", [product(1)])
    wait_until(lambda: skus(port) == ["s1"], process.tail)
    assert process.stop() == 0, process.tail()


def test_the_page_of_health_names_who_works(
    console: tuple[Worker, int], fresh_broker: EmbeddedBroker, tmp_path: Path
) -> None:
    process, port = console

    def health() -> str:
        return page(port, "/health") if ready(port) == 200 else ""

    def told() -> bool:
        text = health()
        return text.count(">stable<") == 2 and f"release {version('pricetide')}" in text

    wait_until(lambda: "nobody works" in health(), process.tail)
    worker = Worker(fresh_broker.bootstrap, tmp_path, "w0", PRICETIDE_PARTITIONS="2")
    try:
        wait_until(told, lambda: page(port, "/health"))
    finally:
        worker.kill()
    assert process.stop() == 0, process.tail()
