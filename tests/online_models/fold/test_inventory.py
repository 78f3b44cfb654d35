"""Stock as decisions and observations see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY
Fold = Callable[..., Any]


def opened(journal: Any, **fields: Any) -> Any:
    journal.product(**fields)
    journal.tick(START)
    return journal


def level(result: Any, channel: str = "web") -> int:
    catalogue = result.fold.state.catalogue
    row = catalogue.offer(catalogue.sku("a"), catalogue.channel_names.id(channel))
    return int(result.fold.state.stock.on_hand[row])


def test_a_level_is_what_was_counted_less_what_was_reserved_and_sold_since(
    journal: Any, run: Fold
) -> None:
    opened(journal).stock(START + 10, on_hand=20, reserved=3)
    journal.order(START + 9, quantity=5)  # in the count already
    journal.order(START + 11, quantity=2)
    assert level(run(journal)) == 17
    journal.tick(START + 12)
    assert level(run(journal)) == 15


def test_levels_add_up_over_locations_whose_counts_come_in_any_order(
    journal: Any, run: Fold
) -> None:
    opened(journal).stock(START + 10, on_hand=5, location="north")
    journal.stock(START + 5, on_hand=7, location="south")
    assert level(run(journal)) == 12
    journal.stock(START + 20, on_hand=1, location="north")
    assert level(run(journal)) == 8


def test_an_older_count_of_the_same_place_is_passed_over_and_told(journal: Any, run: Fold) -> None:
    opened(journal).stock(START + 10, on_hand=5)
    journal.stock(START + 9, on_hand=50)
    journal.tick(START + 11)
    result = run(journal)
    assert level(result) == 5
    assert len(result.values("pricing-alerts", kind="out_of_order_inventory")) == 1


def test_a_count_for_one_channel_concerns_no_other(journal: Any, run: Fold) -> None:
    opened(journal, channels={"web": {}, "shop": {}}).stock(START, on_hand=4, channel="shop")
    result = run(journal)
    assert (level(result, "web"), level(result, "shop")) == (-1, 4)


def test_what_was_counted_before_the_product_was_known_counts(journal: Any, run: Fold) -> None:
    journal.stock(START, on_hand=0)
    journal.product()
    journal.tick(START + 2 * DAY + 1)
    result = run(journal)
    assert level(result) == 0
    assert result.values("demand-observations")[0]["stocked_out"] is True


def test_what_was_counted_before_a_channel_was_seen_counts(
    journal: Any, run: Fold, restarted: Any
) -> None:
    opened(journal).stock(START, on_hand=6)
    result = restarted(run(journal))
    journal.order(START, channel="store")
    result.feed(journal.batch())
    assert level(result, "store") == 6


def test_sold_out_time_is_time_not_available(journal: Any, run: Fold) -> None:
    opened(journal).stock(START, on_hand=1)
    journal.order(START + HOUR // 4)
    journal.tick(START + HOUR // 4)
    journal.tick(START + HOUR + 1)
    (observation,) = run(journal, window_ms=HOUR, lateness_ms=0).values("demand-observations")
    assert observation["stocked_out"] is True
    assert observation["on_hand"] == 0
    assert observation["features"]["available"] == 0.25


def test_returned_goods_are_back_in_stock(journal: Any, run: Fold) -> None:
    opened(journal).stock(START, on_hand=3)
    journal.order(START + 1, quantity=3, order="o")
    journal.order(START + 2, quantity=2, order="o", status=2)
    journal.tick(START + 3)
    assert level(run(journal)) == 2
