from __future__ import annotations

import numpy as np
import pytest

from online_models.demand.inputs.observations import DAY, Observations
from online_models.studies.segments.features import (
    CUSTOMER_FEATURES,
    ITEM_FEATURES,
    PurchaseLines,
    customer_features,
    item_features,
)


def test_items_are_told_apart_by_rate_price_response_and_weekend() -> None:
    days = np.arange(56)
    price = np.where(days % 2 == 0, 800.0, 1200.0)
    sensitive = np.where(price < 1000.0, 20.0, 5.0)
    # 1970-01-01 was a Thursday
    weekend = np.where((days + 3) % 7 >= 5, 7.0, 0.0)
    seen = Observations.of(
        np.repeat([0, 1], 56),
        np.tile(days * DAY, 2),
        np.concatenate([sensitive, weekend]),
        price=np.concatenate([price, np.full(56, 500.0)]),
    )
    table = dict(zip(ITEM_FEATURES, item_features(seen, 3).T, strict=True))
    assert table["price_response"][0] < -1.5
    assert table["price_response"][1] == pytest.approx(0.0, abs=1e-12)
    assert table["weekend_share"][1] == 1.0
    assert table["zero_share"].tolist()[:2] == [0.0, pytest.approx(5 / 7)]
    assert table["log_price"][1] == pytest.approx(np.log(500.0))
    assert all(np.isnan(column[2]) for name, column in table.items() if name != "log_rate")


def test_customers_are_told_apart_by_spend_recency_and_bargains() -> None:
    lines = PurchaseLines(
        customer=np.array([0, 0, 1, 0]),
        order=np.array([1, 1, 2, 3]),
        item=np.array([0, 1, 0, 0]),
        time=np.array([0, 0, DAY, 9 * DAY]),
        units=np.array([1.0, 2.0, 1.0, 50.0]),
        price=np.array([90.0, 100.0, 110.0, 1.0]),
    )
    table = customer_features(lines, 3, 5 * DAY)
    first = dict(zip(CUSTOMER_FEATURES, table[0], strict=True))
    assert first["log_orders"] == pytest.approx(np.log(2.0))
    assert first["log_spend"] == pytest.approx(np.log(291.0))
    assert first["units_per_order"] == 3.0
    assert first["recency_days"] == 5.0
    assert first["bargain_share"] == pytest.approx(1 / 3)
    assert first["price_index"] < 0.0 < table[1, CUSTOMER_FEATURES.index("price_index")]
    assert np.isnan(table[2]).all()


def test_the_future_does_not_count() -> None:
    empty = np.zeros(0, np.int64)
    none = PurchaseLines(empty, empty, empty, empty, np.zeros(0), np.zeros(0))
    assert np.isnan(customer_features(none, 2, 10)).all()
