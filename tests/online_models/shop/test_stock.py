from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from online_models.persistence.saved import restore, save
from online_models.shop.stock import UNKNOWN, Delivery, Stock, StockCount
from schemas.values.limits import LARGEST_COUNT

COUNTS = st.tuples(
    st.just("count"),
    st.sampled_from(["", "web", "shop"]),
    st.sampled_from(["", "north"]),
    st.integers(0, 9),
    st.integers(0, 5),
)
STEPS = st.lists(st.one_of(COUNTS, st.just(("appear",)), st.just(("restart",))), max_size=20)


def ints(*values: int) -> Any:
    return np.array(values, dtype=np.int64)


def test_an_offer_has_as_many_of_all_places_as_a_record_can_say() -> None:
    stock = Stock()
    stock.appear(0, 0, "web")
    for place in ("north", "south"):
        stock.count(0, "", place, StockCount(LARGEST_COUNT, 0), [0])
    assert stock.on_hand.tolist() == [LARGEST_COUNT]


@example(
    [("count", "web", "north", 0, 1), ("count", "", "north", 1, 1), ("count", "web", "north", 0, 0)]
)
@given(STEPS)
def test_an_offer_has_the_same_level_whenever_it_appears(steps: list) -> None:
    early, late, appeared = Stock(), Stock(), False
    early.appear(0, 0, "web")
    for step in steps:
        if step[0] == "appear" and not appeared:
            late.appear(0, 0, "web")
            appeared = True
        elif step[0] == "restart":
            late = restore(Stock(), save(late))
        elif step[0] == "count":
            _, channel, location, units, time = step
            rows = [0] if channel in ("", "web") else []
            count = StockCount(units, time)
            taken = early.count(0, channel, location, count, rows)
            assert taken == late.count(0, channel, location, count, rows if appeared else [])
    if not appeared:
        late.appear(0, 0, "web")
    assert early.on_hand.tolist() == late.on_hand.tolist()
    assert early.levels.counted_at.tolist() == late.levels.counted_at.tolist()


def test_no_count_means_unknown_and_sales_do_not_change_that() -> None:
    stock = Stock()
    stock.appear(0, 0, "web")
    stock.sold(ints(0), ints(3), ints(10))
    assert stock.settle().tolist() == []
    assert stock.on_hand.tolist() == [UNKNOWN]


def test_a_level_never_falls_below_zero() -> None:
    stock = Stock()
    stock.appear(0, 0, "web")
    stock.count(0, "", "", StockCount(2, 5), [0])
    stock.sold(ints(0, 0), ints(3, 1), ints(6, 7))
    assert stock.settle().tolist() == [0]
    assert stock.on_hand.tolist() == [0]


def test_a_new_count_of_one_place_keeps_what_was_sold_from_the_others() -> None:
    stock = Stock()
    stock.appear(0, 0, "web")
    stock.count(0, "", "north", StockCount(4, 1), [0])
    stock.count(0, "", "south", StockCount(5, 1), [0])
    stock.sold(ints(0), ints(6), ints(2))
    stock.settle()
    assert stock.on_hand.tolist() == [3]
    stock.count(0, "", "north", StockCount(10, 3), [0])
    assert stock.on_hand.tolist() == [13]


def test_sales_that_wait_for_a_tick_survive_a_restart() -> None:
    stock = Stock()
    stock.appear(0, 0, "web")
    stock.count(0, "", "", StockCount(9, 1), [0])
    stock.sold(ints(0), ints(4), ints(2))
    stock = restore(Stock(), save(stock))
    stock.settle()
    assert stock.on_hand.tolist() == [5]


def test_deliveries_of_all_places_come_soonest_first_and_a_count_replaces_its_own() -> None:
    stock = Stock()
    stock.appear(0, 0, "web")
    stock.count(0, "", "north", StockCount(0, 1, (Delivery(5, 90), Delivery(1, 10))), [0])
    stock.count(0, "", "south", StockCount(0, 1, (Delivery(7, 50),)), [0])
    assert sorted(stock.inbound(0)) == [(1, 10), (5, 90), (7, 50)]
    stock.count(0, "", "north", StockCount(0, 2), [0])
    assert stock.inbound(0) == [(7, 50)]
    assert stock.inbound(1) == []


def test_a_sale_takes_shared_stock_from_every_channel_also_after_a_restart() -> None:
    stock = Stock()
    for row, channel in enumerate(("web", "shop", "kiosk")):
        stock.appear(row, 0, channel)
    stock.count(0, "", "", StockCount(9, 5), [0, 1, 2])
    stock.count(0, "kiosk", "back", StockCount(4, 5), [2])
    stock = restore(Stock(), save(stock))
    stock.sold(ints(0, 2), ints(3, 5), ints(6, 6))
    assert stock.settle().tolist() == [0, 1, 2]
    assert stock.on_hand.tolist() == [5, 5, 5]
    stock.sold(ints(1), ints(-2), ints(7))
    stock.settle()
    assert stock.on_hand.tolist() == [7, 7, 7]


HOUR, DAY = 3_600_000, 86_400_000


class Shelf:
    """A stock of one offer, which sells and is counted."""

    def __init__(self, units: int) -> None:
        self.stock = Stock()
        self.stock.appear(0, 0, "web")
        self.count(units, 0)

    def count(self, units: int, time: int) -> None:
        self.stock.count(0, "web", "", StockCount(units, time), [0])

    def sell(self, units: int, time: int) -> None:
        self.stock.sold(ints(0), ints(units), ints(time))
        self.stock.settle()

    def lasts(self, now: int) -> float:
        """Days that it has to last."""
        return int(self.stock.until_delivery(ints(0), ints(now))[0]) / DAY


def test_a_stock_has_to_last_until_what_is_sold_is_usually_delivered_again() -> None:
    shelf = Shelf(10)
    assert shelf.lasts(0) == 7.0
    for day in range(0, 21, 3):
        shelf.sell(4, day * DAY + DAY)
        shelf.count(10, day * DAY + 3 * DAY)
        assert shelf.lasts(day * DAY + 3 * DAY) == 2.0
    again = restore(Stock(), save(shelf.stock))
    assert again.until_delivery(ints(0), ints(0)).tolist() == [2 * DAY]
    # the mean of the last eight, of which one took ten days
    shelf.sell(4, 22 * DAY)
    assert shelf.lasts(26 * DAY) == 4.0
    shelf.count(10, 32 * DAY)
    assert shelf.lasts(32 * DAY) == 3.0


def test_what_sells_and_is_not_delivered_has_to_last_longer_and_longer() -> None:
    shelf = Shelf(100)
    # what does not sell need not be delivered
    assert shelf.lasts(20 * DAY) == 7.0
    shelf.sell(1, 20 * DAY)
    shelf.sell(1, 21 * DAY)
    assert shelf.lasts(25 * DAY) == 7.0
    assert shelf.lasts(50 * DAY) == 30.0
    # nor does a count tell of a delivery that finds less, or no more than a return explains
    shelf.count(90, 50 * DAY)
    shelf.count(98, 51 * DAY)
    assert shelf.lasts(52 * DAY) == 32.0
    shelf.count(120, 52 * DAY)
    assert shelf.lasts(52 * DAY) == 32.0
    assert shelf.lasts(80 * DAY) == 32.0


def test_parcels_of_one_delivery_count_as_one() -> None:
    shelf = Shelf(10)
    shelf.sell(8, DAY)
    shelf.count(6, 4 * DAY)
    shelf.sell(1, 4 * DAY + HOUR // 2)
    shelf.count(10, 4 * DAY + HOUR)
    assert shelf.lasts(4 * DAY + HOUR) == 3.0
    # what is less by a count alone is sold, too
    shelf.count(5, 5 * DAY)
    shelf.count(10, 6 * DAY)
    assert shelf.lasts(6 * DAY) == 2.0


def test_a_clock_that_is_set_back_leaves_no_sale_in_the_future() -> None:
    shelf = Shelf(10)
    shelf.sell(1, 9 * DAY)
    shelf.stock.set_back(DAY)
    assert shelf.lasts(9 * DAY) == 8.0
    fresh = Shelf(10)
    fresh.stock.set_back(DAY)
    assert fresh.lasts(99 * DAY) == 7.0
