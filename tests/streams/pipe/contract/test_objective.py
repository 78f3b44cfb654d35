"""What `objective` says: how far ahead, and how many at least."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

KEEP = [{"kind": "keep"}]
DAY = 86_400_000


def test_what_is_expected_is_expected_over_the_horizon(new_shop: Any) -> None:
    units = []
    for days in (10, 30):
        shop = new_shop({"policy_id": "p", "strategy": KEEP, "objective": {"horizon": f"P{days}D"}})
        shop.product()
        units.append(shop.last["expected"]["units"])
    assert units[1] == pytest.approx(3 * units[0], rel=1e-4)


def test_the_horizon_ends_where_the_offer_has_to_be_sold(new_shop: Any) -> None:
    objective = {"horizon": "P30D", "sell_by": "2023-11-25T00:00:00Z"}
    shop = new_shop({"policy_id": "p", "strategy": KEEP, "objective": objective})
    shop.product()
    other = new_shop({"policy_id": "p", "strategy": KEEP, "objective": {"horizon": "P10D"}})
    other.product()
    assert shop.last["expected"] == other.last["expected"]


def test_a_minimum_of_units_goes_before_profit(new_shop: Any) -> None:
    prices = []
    for least in (None, 10_000):
        shop = new_shop(
            {
                "policy_id": "p",
                "strategy": [{"kind": "optimise"}],
                "objective": {"minimum_units": least},
                "guardrails": {"reference_band": "20%"},
            }
        )
        shop.product(cost="6.00")
        for day in range(4):
            line = {"sku": "a", "quantity": 5, "unit_price": "10.00"}
            value = {"order_id": f"o{day}", "time": shop.now, "currency": "USD", "lines": [line]}
            shop.send("orders", value)
            shop.tick(DAY)
        prices.append(Decimal(shop.last["price"]))
    assert prices[1] == Decimal("8.00") < prices[0]
