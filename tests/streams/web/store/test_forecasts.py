"""What models count for, and whether their forecasts hold, is summed up by day."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine

from schemas.values.instants import DAY, to_text
from streams.web.store.forecast_reading import MOST, OTHERS, calibration, expert_weights
from streams.web.store.intake.record import Taken
from streams.web.store.intake.take import take
from tests.streams.web.conftest import START

MIDNIGHT = START - START % DAY


def bucket(day: int, units: int, forecast: float, weights: dict[str, float], **more: Any) -> Taken:
    begin = MIDNIGHT + day * DAY
    value = {
        "sku": "a",
        "channel": "web",
        "bucket_start": to_text(begin + more.pop("ms", 0)),
        "bucket_end": to_text(begin + DAY),
        "units": units,
        "views": 1,
        "price": "1.00",
        "stocked_out": False,
        "currency": "USD",
        "forecast": {"units": forecast, "weights": weights},
    }
    return Taken("demand-observations", 0, day, b"a", msgspec.json.encode(value | more), START)


def test_weights_are_the_mean_of_a_day_in_whichever_round_they_come(empty: Engine) -> None:
    take(empty, [bucket(0, 1, 1.0, {"count": 0.8, "filter": 0.2})], {}, {})
    more = [bucket(0, 1, 1.0, {"count": 0.4, "filter": 0.6}, ms=1)]
    take(empty, [*more, bucket(1, 1, 1.0, {"filter": 1.0})], {}, {})
    with empty.connect() as connection:
        found = {(r["day"], r["expert"]): r["weight"] for r in expert_weights(connection)}
    assert found[MIDNIGHT, "count"] == pytest.approx(0.6)
    assert found[MIDNIGHT, "filter"] == pytest.approx(0.4)
    assert found[MIDNIGHT + DAY, "filter"] == 1.0


def test_models_that_count_for_little_are_summed_up(empty: Engine) -> None:
    weights = {f"m{n}": 1.0 if n < MOST else 0.01 for n in range(MOST + 3)}
    take(empty, [bucket(0, 1, 1.0, weights)], {}, {})
    with empty.connect() as connection:
        found = {row["expert"]: row["weight"] for row in expert_weights(connection)}
    assert set(found) == {OTHERS, *(f"m{n}" for n in range(MOST))}
    assert found[OTHERS] == pytest.approx(0.03 / (MOST + 0.03))
    assert sum(found.values()) == pytest.approx(1.0)


def test_forecasts_of_a_size_are_set_beside_what_was_sold(empty: Engine) -> None:
    rows = [bucket(n, units, 3.0, {}) for n, units in enumerate((2, 6))]
    out = bucket(2, 0, 3.0, {}, stocked_out=True)
    take(empty, [*rows, bucket(3, 0, 0.1, {}), out], {}, {})
    with empty.connect() as connection:
        small, large = calibration(connection)
    assert (large["forecasts"], large["forecast"], large["units"]) == (2, 3.0, 4.0)
    assert (small["forecast"], small["units"]) == (pytest.approx(0.1), 0.0)
