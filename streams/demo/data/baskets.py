"""One customer's lines of one day are one order."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.numerics.special import uniforms
from schemas.values.instants import DAY
from schemas.values.instants import to_text as instant_text
from schemas.values.money import texts
from streams.demo.data.assortment import CURRENCY, unit_price
from streams.demo.data.event import DemoEvent
from streams.demo.data.tafeng import OrderLines

#: Sets the draws of the time of day apart from those of the synthesis. TaFeng has the day only:
#: orders are spread over all of it, as an online shop's are, in UTC.
_MOMENT = 1


class BasketLine(msgspec.Struct, frozen=True):
    """A line of an order."""

    sku: str
    quantity: int
    unit_price: str


class Basket(msgspec.Struct, frozen=True):
    """An order; the customer's number is hashed before it reaches the journal."""

    order_id: str
    time: str
    currency: str
    customer_id: str
    lines: list[BasketLine]


def orders(sales: OrderLines, names: list[str], seed: int) -> list[DemoEvent]:
    """The orders of one day (all lines share it), by time."""
    day = int(sales.day[0])
    order = np.argsort(sales.customer, kind="stable")
    prices = texts(unit_price(sales).tolist(), 2)
    lines = [
        BasketLine(names[item], units, price)
        for item, units, price in zip(
            sales.item.tolist(), sales.units.tolist(), prices, strict=True
        )
    ]
    customers, number = np.unique(sales.customer, return_counts=True)
    times = _times(customers, day, seed)
    ends = np.cumsum(number)
    events = []
    for customer, time, end, size in zip(
        customers.tolist(), times.tolist(), ends.tolist(), number.tolist(), strict=True
    ):
        basket = Basket(
            f"{day}-{customer:08d}",
            instant_text(time),
            CURRENCY,
            f"{customer:08d}",
            [lines[i] for i in order[end - size : end].tolist()],
        )
        key = basket.order_id.encode()
        events.append(DemoEvent(time, "orders", key, msgspec.json.encode(basket), size))
    return sorted(events)


def _times(customers: NDArray[np.int64], day: int, seed: int) -> NDArray[np.int64]:
    within = uniforms(seed, _MOMENT, day, customers)[:, 0]
    return day * DAY + (within * DAY).astype(np.int64)
