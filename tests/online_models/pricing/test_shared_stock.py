"""What a unit of a stock is worth that channels share depends on how long it is to be sold."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.pricing.coordination.shared_stock import value_units

DAY = 86_400_000


def worth(new_shop: Any, stock: int, **objective: Any) -> float:
    """Of the last unit, minor units; each of two channels sells 10 a day at 10.00."""
    shop = new_shop()
    rows = [shop.product(channel=channel, cost="4.00") for channel in ("web", "store")]
    shop.policy(coordinate_channels=True, objective=objective)
    shop.stock.on_hand = np.full(2, stock, np.int64)
    shop.stock.shared_units = lambda _row: stock
    value_units(shop.pricing, shop.now)
    values = shop.pricing.state.channels.unit_value
    assert len({values.get(row) for row in rows}) == 1
    return float(values.get(rows[0], 0.0))


def test_what_is_to_be_sold_by_a_day_is_worth_what_it_brings_until_then(new_shop: Any) -> None:
    start = new_shop().now
    month = worth(new_shop, 300, horizon="P30D")
    week = worth(new_shop, 300, horizon="P7D")
    assert month > 0.0
    assert week == 0.0, "more than it sells"
    assert worth(new_shop, 300, horizon="P30D", sell_by=start + 7 * DAY) == week
    assert worth(new_shop, 300, horizon="P7D", sell_by=start + 30 * DAY) == month
    assert worth(new_shop, 300, horizon="P30D", sell_by=start - DAY) == month, "it has passed"
