"""Forecasters killed again and again under load: no window is without a forecast, nothing is
learnt twice or lost.
"""

import json
import random
import time

import pytest

from online_models.forecasting.forecaster import Forecaster
from schemas.values.instants import DAY, to_text
from streams.forecast.checkpoint import Checkpoint
from tests.integration.shop.conftest import PARTITIONS

pytestmark = [pytest.mark.integration, pytest.mark.slow]

START = 1_700_006_400_000 // DAY * DAY
OFFERS, KILLS = 150, 20
MODEL = {"model": "river.linear_model.BayesianLinearRegression"}


def window(day):
    """Observations of one day, of all offers."""
    for offer in range(OFFERS):
        value = {
            "sku": f"s{offer}",
            "channel": "web",
            "bucket_start": to_text(START + day * DAY),
            "bucket_end": to_text(START + (day + 1) * DAY),
            "units": (7 * day + offer) % 9,
            "price": f"{9 + (day + offer) % 3}.00",
            "features": {},
        }
        yield f"s{offer}".encode(), json.dumps(value).encode()


def test_no_window_is_without_a_forecast_and_each_is_learnt_once(
    shop, start_worker, tmp_path_factory
):
    folder, luck = tmp_path_factory.mktemp("forecasting"), random.Random(7)

    def send(day):
        for key, value in window(day):
            shop.put("demand-observations", value, key)
        shop.producer.flush()

    worker = start_worker(
        "f0",
        "--role",
        "forecast",
        PRICETIDE_FORECASTERS=json.dumps({"trend": {"model": MODEL}}),
        PRICETIDE_FORECASTING=str(folder),
    )
    worker.wait_for("records are learnt")
    day = 0
    for _ in range(KILLS):
        for _ in range(2):
            send(day)
            day += 1
            time.sleep(luck.uniform(0.0, 1.5))
        worker.kill()
        send(day)
        day += 1
        before = worker.text().count("records are learnt")
        worker.start()
        worker.wait_for("records are learnt", before + PARTITIONS)
        time.sleep(luck.uniform(0.0, 3.0))

    def said():
        found = {}
        for record in shop.read(["demand-forecasts"]):
            value = json.loads(record.value)
            found.setdefault(value["sku"], set()).add(value["bucket_start"])
        return found

    # windows are observed a day late, as late events are waited for
    wanted = {to_text(START + (each + 2) * DAY) for each in range(day)}
    shop.wait(
        lambda: all(to_text(START + (day + 1) * DAY) in each for each in said().values()),
        "forecast",
        worker,
    )
    assert said() == {f"s{offer}": wanted for offer in range(OFFERS)}
    assert worker.stop() == 0, worker.tail()
    judged = 0
    for partition in range(PARTITIONS):
        forecaster = Forecaster("trend", MODEL)
        position, _ = Checkpoint(folder, "pricetide", partition).restore({"trend": forecaster})
        assert position == {"trend": shop.ends(["demand-observations"])[
            next(tp for tp in shop.tps("demand-observations") if tp.partition == partition)
        ]}  # fmt: skip
        judged += forecaster.mae._mean.n
    # an offer's first window is learnt, and not judged
    assert judged == OFFERS * (day - 1)
    restored = [line for line in worker.text().splitlines() if "records are learnt" in line]
    assert sum(" 0 of" not in line for line in restored) > KILLS
