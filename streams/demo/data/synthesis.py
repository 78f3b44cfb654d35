"""What TaFeng does not have, made up from what it has, and labelled `synthetic` wherever it shows.

All draws are keyed by the item itself, the day and the seed: a slice of the items sees the same
clicks and competitors as the whole.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.numerics.special import exp, normals, uniforms
from schemas.values.instants import DAY
from schemas.values.instants import to_text as instant_text
from schemas.values.money import to_text as money_text
from streams.demo.data.assortment import CURRENCY, MINOR
from streams.demo.data.event import DemoEvent

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Words that set the streams of draws apart.
_VIEWS, _MOMENT, _STOCKED, _PLACE, _MOOD, _SCAN = 11, 12, 13, 14, 15, 16
#: Views for every unit sold today, and for every unit sold on an average day.
VIEWS_TODAY, VIEWS_USUAL = 8.0, 4.0
#: Standard deviation of the log of the noise on views.
VIEWS_NOISE = 0.4
#: Views that one record counts, as a shop would send them now and then; at most some records a day.
VIEWS_A_RECORD, MOST_RECORDS = 40, 4
#: Shoppers put this many units into a basket for each that they buy.
CARTS_PER_UNIT = 1.4


class Competitor(NamedTuple):
    """A made-up competitor, by its ways.

    It carries a share `stocks` of the items and asks `level` times the going price, give or take
    `spread` (log) by item and `swing` (log) by week. In a share `campaigns` of the weeks it takes
    `cut` off, in a share `empty` it is out of stock, and in a share `silent` nobody notices it.
    """

    name: str
    stocks: float
    level: float
    spread: float
    swing: float
    campaigns: float
    cut: float
    empty: float
    silent: float


COMPETITORS = (
    Competitor("synthetic-rival-a", 0.8, 1.00, 0.03, 0.02, 0.05, 0.08, 0.02, 0.02),
    Competitor("synthetic-rival-b", 0.6, 0.96, 0.04, 0.03, 0.15, 0.12, 0.05, 0.05),
    Competitor("synthetic-rival-c", 0.4, 1.05, 0.08, 0.06, 0.02, 0.20, 0.15, 0.25),
)
#: Share of the days on which the price of an item at a competitor is looked up.
SCANNED = 0.5


def clicks(day: int, skus: list[str], units: Floats, usual: Floats, seed: int) -> list[DemoEvent]:
    """Views and baskets of one day, already summed up: SKUs (k,), their units today and usually.

    Views are proportional to demand, with noise.
    """
    ids = _barcodes(skus)
    noise = exp(VIEWS_NOISE * normals(seed, _VIEWS, day, ids)[:, 0])
    draws = uniforms(seed, _MOMENT, day, ids, count=2 + MOST_RECORDS)
    wanted = (VIEWS_TODAY * units + VIEWS_USUAL * usual) * noise
    views = (wanted + draws[:, 0]).astype(np.int64)
    carts = (CARTS_PER_UNIT * units + draws[:, 1]).astype(np.int64)
    records = np.clip(views // VIEWS_A_RECORD + 1, 1, MOST_RECORDS)
    slot = draws[:, 2:] / records[:, None] + np.arange(MOST_RECORDS) / records[:, None]
    times = day * DAY + (slot * DAY).astype(np.int64)
    events = []
    columns = (part.tolist() for part in (views, carts, records, times))
    for sku, viewed, carted, number, at in zip(skus, *columns, strict=True):
        for i in range(number):
            share = viewed * (i + 1) // number - viewed * i // number
            if share:
                events.append(_click(sku, "view", share, at[i]))
        if carted:
            events.append(_click(sku, "cart", carted, at[number - 1]))
    return events


def competitor_prices(day: int, skus: list[str], going: Ints, seed: int) -> list[DemoEvent]:
    """What competitors ask on one day for SKUs (k,), of which `going` (k,) is the real price."""
    ids = _barcodes(skus)
    week = (day + ids % 7) // 7  # each item's own: prices move on every day of the week
    events: list[DemoEvent] = []
    for number, competitor in enumerate(COMPETITORS):
        stocks = uniforms(seed, _STOCKED, number, ids)[:, 0] < competitor.stocks
        scan = uniforms(seed, _SCAN, number, day, ids, count=2)
        mood = uniforms(seed, _MOOD, number, week, ids, count=2)
        seen = np.flatnonzero(stocks & (scan[:, 0] < SCANNED) & (mood[:, 1] >= competitor.silent))
        drawn = normals(seed, _PLACE, number, ids)[:, 0] * competitor.spread
        drawn = drawn + normals(seed, _PLACE, number, week, ids)[:, 0] * competitor.swing
        cut = np.where(mood[:, 0] < competitor.campaigns, 1 - competitor.cut, 1.0)
        # whole dollars, as tills had them
        price = np.maximum(np.rint(going / MINOR * competitor.level * exp(drawn) * cut), 1.0)
        stocked = mood[:, 0] < 1 - competitor.empty
        times = day * DAY + (scan[:, 1] * DAY).astype(np.int64)
        columns = (seen, (price * MINOR).astype(np.int64)[seen], stocked[seen], times[seen])
        for item, amount, in_stock, time in zip(*(c.tolist() for c in columns), strict=True):
            value = {
                "sku": skus[item],
                "competitor": competitor.name,
                "price": money_text(amount, CURRENCY),
                "currency": CURRENCY,
                "time": instant_text(time),
                "in_stock": in_stock,
                "synthetic": True,
            }
            events.append(_event(time, "competitor-prices", value))
    return events


def _barcodes(skus: list[str]) -> Ints:
    """What draws are keyed by, shape (k,)."""
    return np.array([int(sku) for sku in skus], dtype=np.int64)


def _click(sku: str, action: str, count: int, time: int) -> DemoEvent:
    value = {"sku": sku, "action": action, "time": instant_text(time), "count": count}
    return _event(time, "clickstream", value | {"synthetic": True})


def _event(time: int, topic: str, value: dict[str, Any]) -> DemoEvent:
    return DemoEvent(time, topic, value["sku"].encode(), msgspec.json.encode(value))
