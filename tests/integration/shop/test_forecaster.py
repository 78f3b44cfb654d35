"""Forecasters beside a worker that prices by what they say; some are killed again and again."""

from __future__ import annotations

import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from online_models.forecasting.forecaster import HORIZON, LEAST_AVAILABLE, Forecaster
from online_models.forecasting.records import after_late_events
from schemas.values.instants import HOUR, to_ms
from streams.configuration.settings import Settings
from streams.forecast.checkpoint import Checkpoint
from tests.integration.shop import traffic
from tests.integration.shop.conftest import PARTITIONS
from tests.integration.shop.kafka_shop import KafkaShop
from tests.integration.shop.truth import assert_exactly
from tests.integration.shop.worker import Worker

pytestmark = pytest.mark.integration

KILLS, FIRST, EVENTS = 20, 600, 4600
#: Event time from one event to the next, ms: five days in all.
STEP = 100_000
MODEL = {"model": "river.linear_model.BayesianLinearRegression"}
LATENESS = Settings(bucket="PT1H").fold.allowed_lateness_ms
STARTS = re.compile(r"partition (\d+): (\d+) of (\d+) records are learnt")


@pytest.fixture(scope="module")
def pricer(shop: KafkaShop, start_worker: Callable[..., Worker]) -> Worker:
    """One that has priced the first events."""
    pricer = start_worker("w0", PRICETIDE_BUCKET="PT1H")
    shop.send(traffic.catalogue())
    shop.send(traffic.events(FIRST, step=STEP))
    shop.settle(pricer)
    return pricer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the forecaster saves what it knows."""
    return tmp_path_factory.mktemp("forecasting")


@pytest.fixture(scope="module")
def forecaster(pricer: Worker, start_worker: Callable[..., Worker], folder: Path) -> Worker:
    """One that finds windows which closed before it came."""
    return start_worker(
        "f0",
        "--role",
        "forecast",
        PRICETIDE_BUCKET="PT1H",
        PRICETIDE_FORECASTERS=json.dumps({"trend": {"model": MODEL}}),
        PRICETIDE_FORECASTING=str(folder),
    )


def test_one_that_comes_later_forecasts_at_once(
    shop: KafkaShop, pricer: Worker, forecaster: Worker
) -> None:
    shop.wait(lambda: shop.number("demand-forecasts") > 0, "forecast", pricer, forecaster)


@pytest.fixture(scope="module")
def survived(shop: KafkaShop, pricer: Worker, forecaster: Worker) -> KafkaShop:
    """A shop whose forecaster was killed again and again, once all is said and all have stopped."""
    luck = random.Random(7)
    events = list(traffic.events(EVENTS, step=STEP))[FIRST:]
    each = len(events) // KILLS
    for kill in range(KILLS):
        shop.send(events[kill * each : (kill + 1) * each], per_second=200)
        forecaster.wait_for("records are learnt", PARTITIONS * (kill + 1))
        time.sleep(luck.uniform(0.0, 2.0))
        forecaster.kill()
        time.sleep(luck.uniform(0.0, 2.0))
        forecaster.start()
        shop.settle(pricer)
    forecaster.wait_for("records are learnt", PARTITIONS * (KILLS + 1))
    shop.wait(lambda: not unsaid(shop, forecaster), "forecast", pricer, forecaster)
    shop.settle(pricer)
    assert forecaster.stop() == 0, forecaster.tail()
    assert pricer.stop() == 0, pricer.tail()
    return shop


@pytest.mark.slow
def test_killed_again_and_again_they_leave_out_no_window_and_prices_stay_exact(
    survived: KafkaShop, expected: Callable[..., list[Any]]
) -> None:
    published = survived.published()
    assert_exactly(published, expected(bucket="PT1H"))
    decisions = [record.value for record in published if record.topic == "price-decisions"]
    assert any(b'"trend"' in (value or b"") for value in decisions)


@pytest.mark.slow
def test_each_window_was_learnt_once(survived: KafkaShop, folder: Path) -> None:
    learnt = defaultdict(list)
    for record in survived.read(["demand-observations"]):
        value = json.loads(record.value)
        if value["features"].get("available", 1.0) >= LEAST_AVAILABLE:
            learnt[record.partition].append((value["sku"], value["channel"]))
    for partition, offers in learnt.items():
        saved = Forecaster("trend", MODEL)
        Checkpoint(folder, "pricetide", partition).restore({"trend": saved})
        # an offer's first window is learnt, and not judged
        assert saved.mae._mean.n == len(offers) - len(set(offers))


class Observed(NamedTuple):
    """A record of `demand-observations`: its offset, its offer, and where its forecast begins."""

    offset: int
    offer: tuple[str, str]
    start: int


def unsaid(shop: KafkaShop, forecaster: Worker) -> list[Observed]:
    """What must have been forecast from and was not: all that was observed while it ran, and the
    last windows of what was observed while it was away.
    """
    forecast = {
        ((value["sku"], value["channel"]), to_ms(value["bucket_start"]))
        for record in shop.read(["demand-forecasts"])
        if (value := json.loads(record.value))
    }
    observed: dict[int, list[Observed]] = defaultdict(list)
    for record in shop.read(["demand-observations"]):
        value = json.loads(record.value)
        if value.get("price") is not None:
            start = after_late_events(to_ms(value["bucket_end"]), HOUR, LATENESS)
            offer = value["sku"], value["channel"]
            observed[record.partition].append(Observed(record.offset, offer, start))
    passed_over: dict[int, set[Observed]] = defaultdict(set)
    for partition, begin, end in STARTS.findall(forecaster.text()):
        history = [
            each for each in observed[int(partition)] if int(begin) <= each.offset < int(end)
        ]
        last = sorted({each.start for each in history})[-HORIZON:]
        passed_over[int(partition)] |= {each for each in history if each.start not in last}
    return [
        each
        for partition, records in observed.items()
        for each in records
        if (each.offer, each.start) not in forecast and each not in passed_over[partition]
    ]
