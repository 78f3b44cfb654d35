"""Prices into shops, on a real Kafka: the library, and `pricetide apply` under kill -9."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import decode
from streams.client import Change, CurrentPrices, PriceFeed, Settings
from streams.kafka.broker import EmbeddedBroker
from tests.integration.away import hanging
from tests.integration.shop.worker import Worker
from tests.patience import PATIENCE_SECONDS, wait_until
from tests.streams.apply.shop_server import SECRET, running

pytestmark = pytest.mark.integration

#: So that tests may share one Kafka.
TOPICS = ("price-changes", "price-acks", "price-offers")


def record(sku: str, revision: int) -> dict[str, Any]:
    moment = "2026-03-01T09:00:00Z"
    change = {
        "decision_id": f"{sku}-{revision}",
        "revision": revision,
        "sku": sku,
        "channel": "web",
        "price": f"{revision}.00",
        "currency": "EUR",
        "effective_at": moment,
        "time": moment,
    }
    return {"key": f"{sku}|web".encode(), "value": json.dumps(change).encode()}


@pytest.fixture
def settings(
    bootstrap: str, unique: Callable[[str], str], create_topics: Callable[..., None]
) -> Settings:
    prefix = unique("shop") + "."
    create_topics(bootstrap, [prefix + topic for topic in TOPICS], 2)
    return Settings(bootstrap=bootstrap, topic_prefix=prefix)


def acks(settings: Settings, read_all: Callable[..., list[Any]]) -> list[Any]:
    records = read_all(settings.bootstrap, settings.topic_prefix + "price-acks")
    return [decode("price-acks", each.value) for each in records]


def taken(settings: Settings, number: int, answered: int, **given: Any) -> list[Change]:
    """What a shop takes until it has `number` changes, of which it answers the first `answered`."""

    async def shop() -> list[Change]:
        found: list[Change] = []
        async with PriceFeed(settings, **given) as feed, asyncio.timeout(PATIENCE_SECONDS):
            while len(found) < number or not await feed.at_end():
                for change in await feed.take():
                    found.append(change)
                    if len(found) <= answered:
                        await feed.acknowledge(change)
        return found

    return asyncio.run(shop())


def test_what_is_not_answered_comes_again_and_what_is_shown_does_not(
    settings: Settings, produce: Callable[..., None], read_all: Callable[..., list[Any]]
) -> None:
    topic = settings.topic_prefix + "price-changes"
    produce(settings.bootstrap, topic, [record("a", 1), record("a", 2), record("a", 2)])
    produce(settings.bootstrap, topic, [record("b", 1)])
    first = taken(settings, 3, answered=2, group="shop")
    assert sorted(change.decision_id for change in first) == ["a-1", "a-2", "b-1"]
    left = first[2].decision_id
    again = taken(settings, 1, answered=0, group="shop")
    assert [change.decision_id for change in again] == [left]
    shown = {first[2].offer: first[2].revision}
    assert taken(settings, 0, answered=0, group="shop", shown=shown) == []
    told = Counter(ack.decision_id for ack in acks(settings, read_all))
    assert told == {"a-1": 1, "a-2": 1, "b-1": 1}


def test_a_shop_without_a_group_reads_all_current_prices_at_each_start(
    settings: Settings, produce: Callable[..., None]
) -> None:
    topic = settings.topic_prefix + "price-changes"
    produce(settings.bootstrap, topic, [record("a", 1), record("b", 1), record("a", 3)])
    for _ in range(2):
        assert len(taken(settings, 3, answered=3)) == 3

    async def current() -> dict[str, str]:
        async with CurrentPrices(settings) as held, asyncio.timeout(PATIENCE_SECONDS):
            following = asyncio.create_task(held.follow())
            produce(settings.bootstrap, topic, [record("c", 1)])
            while len(held.prices) < 3:
                await asyncio.sleep(0.02)
            following.cancel()
            return {change.sku: str(change.price) for change in held.prices}

    assert asyncio.run(current()) == {"a": "3.00", "b": "1.00", "c": "1.00"}


def test_an_applier_that_is_killed_again_and_again_leaves_the_newest_prices(
    settings: Settings, produce: Callable[..., None], read_all: Callable[..., list[Any]]
) -> None:
    topic = settings.topic_prefix + "price-changes"
    skus = [f"s{number}" for number in range(30)]
    variables = {
        **os.environ,
        "PRICETIDE_BOOTSTRAP": settings.bootstrap or "",
        "PRICETIDE_TOPIC_PREFIX": settings.topic_prefix,
        "PRICETIDE_WEBHOOK_SECRET": SECRET,
        "PRICETIDE_INSTANCE": "applier",
    }
    with running() as shop:
        shop.slow = 0.05
        shop.answers += [(503, {}, None), (429, {"retry-after": "1"}, None)]
        command = [sys.executable, "-m", "streams.cli", "apply", "--to", shop.url, "--batch", "5"]
        for revision in range(1, 3):
            produce(settings.bootstrap, topic, [record(sku, revision) for sku in skus])
            process = subprocess.Popen(command, env=variables)
            try:
                # in the middle of its work
                enough = len(shop.requests) + 4
                wait_until(lambda least=enough: len(shop.requests) >= least, every_seconds=0.01)
            finally:
                process.kill()
                process.wait()
        ended = subprocess.run(
            [*command, "--once", "--json"],
            env=variables,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=True,
        )
        assert json.loads(ended.stdout)["rejected"] == 0
        assert shop.shown == {(sku, "web"): (2, "2.00") for sku in skus}
        assert shop.forged == 0
    told = acks(settings, read_all)
    assert {ack.decision_id for ack in told} >= {f"{sku}-2" for sku in skus}
    assert {ack.status for ack in told} == {"applied"}


def test_an_applier_ends_cleanly_when_it_is_asked_to(
    settings: Settings, produce: Callable[..., None]
) -> None:
    produce(settings.bootstrap, settings.topic_prefix + "price-changes", [record("a", 1)])
    variables = {**os.environ, "PRICETIDE_TOPIC_PREFIX": settings.topic_prefix}
    variables |= {"PRICETIDE_WEBHOOK_SECRET": SECRET}
    with running() as shop:
        command = [sys.executable, "-m", "streams.cli", "apply", "--to", shop.url]
        command += ["--bootstrap", settings.bootstrap or ""]
        process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True)
        wait_until(lambda: bool(shop.shown), every_seconds=0.02)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, out) == (0, "1 applied, 0 rejected\n")


def test_an_applier_ends_in_time_while_kafka_hangs(
    fresh_broker: EmbeddedBroker,
    create_topics: Callable[..., None],
    produce: Callable[..., None],
    tmp_path: Path,
) -> None:
    where = fresh_broker.bootstrap
    create_topics(where, TOPICS, 2)
    produce(where, "price-changes", [record("a", 1)])
    with running() as shop, hanging(fresh_broker) as hang:
        applier = Worker(
            where,
            tmp_path,
            "apply",
            *("--to", shop.url),
            command="apply",
            PRICETIDE_WEBHOOK_SECRET=SECRET,
        )
        wait_until(lambda: bool(shop.shown), applier.tail)
        hang()
        assert applier.stop() == 0, applier.tail()
