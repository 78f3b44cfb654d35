"""A recording of a shop that promotes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from online_models.market import compose
from online_models.market.calendar import day_start
from online_models.market.records import TopicRecord, opening, records
from tests.streams.simulation.recorded import write

OFFERS, SALES, DAYS = 15, 20.0, 150
#: A shop that asks more than is best has something to gain by promotions.
DEAR = 1.4


def recorded_shop(folder: Path) -> Path:
    """Some months of a merchant who promotes now this offer, now that."""
    market = compose("choke+pantry", 7, OFFERS, SALES)
    goods = market.assortment
    regular = np.rint(goods.first_price * DEAR).astype(np.int64)
    told = [
        TopicRecord(r.topic, r.key, {**r.value, "price": f"{price / 100:.2f}"}, r.timestamp)
        for r, price in zip(opening(goods), regular.tolist(), strict=True)
    ]
    rng = np.random.default_rng(7)
    until, prices = np.zeros(OFFERS, np.int64), regular.copy()
    for day in range(DAYS):
        prices[until == day] = regular[until == day]
        if day >= 21 and day % 7 == 0 and day < DAYS - 28:
            for offer in np.flatnonzero((until + 21 <= day) & (rng.random(OFFERS) < 0.2)).tolist():
                percent = int(rng.choice([10, 15, 20, 25, 30]))
                until[offer] = day + 7
                prices[offer] = round(regular[offer] * (100 - percent) / 100)
                value: dict[str, Any] = {
                    "promotion_id": f"{day}-{offer}",
                    "select": {"skus": [goods.skus[offer]]},
                    "starts_at": day_start(day),
                    "ends_at": day_start(day + 7),
                    "discount": {"percent": f"{percent}%"},
                }
                told.append(TopicRecord("promotions", value["promotion_id"], value, day_start(day)))
        told += records(goods, market.competitors.names, market.day(prices))
    write(folder, told)
    return folder
