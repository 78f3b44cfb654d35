"""A trained model speaks of the offers whose windows are as long as its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.demand.forecast import UnitsForecast
from online_models.demand.networks.inputs import Inputs
from online_models.training.curves import Speaker, curves
from online_models.training.recorded_observations import RecordedObservations
from schemas.values.instants import DAY, HOUR, to_text
from streams.trainer.source import observed

START = 19_723 * DAY
DAYS = 50


class Steady:
    def predict(self, inputs: Inputs) -> UnitsForecast:
        return UnitsForecast.single(np.full(len(inputs), 3.0), np.full(len(inputs), 2.0))


def window(sku: str, start: int, length: int) -> dict[str, Any]:
    return {
        "sku": sku,
        "channel": "web",
        "bucket_start": to_text(start),
        "bucket_end": to_text(start + length),
        "units": 3,
        "views": 9,
        "price": "10.00",
        "stocked_out": False,
    }


def test_one_fast_offer_is_not_the_shop() -> None:
    panel = RecordedObservations()
    for sku in ("slow", "steady", "fast"):
        panel.product(
            {"sku": sku, "name": sku, "currency": "EUR", "price": "10.00", "category": "c"}
        )
    for day in range(DAYS):
        for sku in ("slow", "steady"):
            panel.observe(window(sku, START + day * DAY, DAY))
        # its last day is not over
        for hour in range(24 if day < DAYS - 1 else 20):
            panel.observe(window("fast", START + day * DAY + hour * HOUR, HOUR))
    seen, spec = observed(panel, None)
    assert spec.window_ms == DAY
    found = list(curves(Speaker("steady", "v1", Steady(), spec), panel, seen, 0, DAY))
    assert sorted(record["sku"] for record in found) == ["slow", "steady"]
