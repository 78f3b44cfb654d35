"""A forecaster beside a worker that has priced before it comes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.integration.shop import traffic
from tests.integration.shop.kafka_shop import KafkaShop
from tests.integration.shop.worker import Worker

pytestmark = pytest.mark.integration

EVENTS = 600
#: Event time from one event to the next, ms.
STEP = 100_000
FORECASTERS = {"trend": {"model": {"model": "river.linear_model.BayesianLinearRegression"}}}


@pytest.fixture(scope="module")
def pricer(shop: KafkaShop, start_worker: Callable[..., Worker]) -> Worker:
    """One that has priced the first events."""
    pricer = start_worker("w0", PRICETIDE_BUCKET="PT1H")
    shop.send(traffic.catalogue())
    shop.send(traffic.events(EVENTS, step=STEP))
    shop.settle(pricer)
    return pricer


@pytest.fixture(scope="module")
def forecaster(
    pricer: Worker, start_worker: Callable[..., Worker], tmp_path_factory: pytest.TempPathFactory
) -> Worker:
    """One that finds windows which closed before it came."""
    return start_worker(
        "f0",
        "--role",
        "forecast",
        PRICETIDE_BUCKET="PT1H",
        PRICETIDE_FORECASTERS=json.dumps(FORECASTERS),
        PRICETIDE_FORECASTING=str(tmp_path_factory.mktemp("forecasting")),
    )


def test_one_that_comes_later_forecasts_at_once(
    shop: KafkaShop, pricer: Worker, forecaster: Worker
) -> None:
    shop.wait(lambda: shop.number("demand-forecasts") > 0, "forecast", pricer, forecaster)
