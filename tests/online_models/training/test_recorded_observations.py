from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from online_models.training.recorded_observations import RecordedObservations
from schemas.records.record import RecordError

BUCKET: dict[str, Any] = {
    "sku": "a",
    "channel": "web",
    "bucket_start": "2024-05-01T00:00:00Z",
    "bucket_end": "2024-05-02T00:00:00Z",
    "units": 3,
    "views": 40,
    "price": "9.99",
    "competitor_price": None,
    "stocked_out": True,
    "promotion_id": "p",
    "features": {"promotion_depth": 0.2, "available": 0.5},
}


def test_records_become_columns_in_order_of_time() -> None:
    panel = RecordedObservations()
    panel.product({"sku": "b", "name": "B", "currency": "JPY", "price": "150", "category": "c"})
    panel.observe({**BUCKET, "sku": "b", "bucket_start": "2024-05-03T00:00:00Z",
                   "bucket_end": "2024-05-04T00:00:00Z", "price": "150"})  # fmt: skip
    panel.observe(BUCKET)
    seen = panel.observations()
    assert seen.offer.tolist() == [1, 0]
    assert seen.price.tolist() == [999.0, 150.0]
    assert np.isnan(seen.competitor_price).all()
    assert seen.promotion.tolist() == [0.2, 0.2]
    assert seen.available.tolist() == [0.5, 0.5]
    assert seen.stocked_out.tolist() == [True, True]
    offers = panel.offers()
    assert offers.described.tolist() == [True, True]
    assert offers.first_log_price[0] == pytest.approx(np.log(150.0))
    assert np.isnan(offers.first_log_price[1])


def test_promotion_attributes_keep_the_places_in_which_they_are_named() -> None:
    panel = RecordedObservations()
    own = {"carts": 2, "orders": 1, "promotion_depth": 0.2, "available": 1.0}
    panel.observe({**BUCKET, "features": {"display": 0.0, "feature": 1.0, **own}})
    later = {"bucket_start": "2024-05-02T00:00:00Z", "bucket_end": "2024-05-03T00:00:00Z"}
    panel.observe({**BUCKET, **later, "features": {"display": 0.5, "feature": 0.0, **own}})
    seen = panel.observations()
    assert seen.attributes.tolist() == [[0.0, 1.0, 0.0, 0.0], [0.5, 0.0, 0.0, 0.0]]
    assert seen.orders.tolist() == [1.0, 1.0]


def test_what_bulk_orders_and_bots_made_is_no_demand() -> None:
    panel = RecordedObservations()
    panel.observe({**BUCKET, "features": {"bulk_units": 2, "bot_views": 39}})
    seen = panel.observations()
    assert (seen.units.tolist(), seen.views.tolist()) == ([1.0], [1.0])
    assert not seen.attributes.any()


def test_orders_that_an_older_record_does_not_count_are_unknown() -> None:
    panel = RecordedObservations()
    panel.observe(BUCKET)
    assert np.isnan(panel.observations().orders).tolist() == [True]


def test_a_window_recorded_twice_counts_once_with_its_last_record() -> None:
    panel = RecordedObservations()
    panel.observe(BUCKET)
    panel.observe({**BUCKET, "units": 5})
    assert panel.observations().units.tolist() == [5.0]


def test_no_records_are_no_observations() -> None:
    assert len(RecordedObservations().observations()) == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [({"units": None}, "demand observation"), ({"bucket_end": "tomorrow"}, "tomorrow")],
)
def test_a_malformed_record_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(RecordError, match=field):
        RecordedObservations().observe({**BUCKET, **change})
    missing = dict(BUCKET)
    del missing["units"]
    with pytest.raises(RecordError, match="units: required"):
        RecordedObservations().observe(missing)
