"""A published price is a belief: what was paid, or else seen, shows whether the shop applies it."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.values.instants import DAY, HOUR
from tests.online_models.fold.conftest import START, Journal, Run

#: The price before, the one decided on the first day, and one that nobody decided, minor units.
OLD, NEW, OTHER = 1000, 800, 720


def opened(journal: Journal, skus: str = "a") -> None:
    """A shop whose prices are to fall from 10.00 to 8.00 as it opens."""
    for sku in skus:
        journal.product(sku)
    journal.tick(START)
    rails = {"max_step_down": "50%", "reference_band": None}
    strategy = [{"kind": "cost_plus", "margin": "37.5%"}]
    journal.policy("p", START, version=1, strategy=strategy, guardrails=rails)


def sold(journal: Journal, day: int, *prices: int, sku: str = "a", **values: Any) -> None:
    for number, price in enumerate(prices):
        order = f"{sku}{day}.{number}"
        time = START + day * DAY + (number + 1) * HOUR
        journal.order(time, sku, price=price, order=order, **values)


def learnt(journal: Journal, run: Any, days: int, sku: str = "a") -> list[str]:
    """Prices that were learnt from on the days after the first."""
    journal.tick(START + (days + 3) * DAY)
    result: Run = run(journal)
    assert {change["price"] for change in result.values("price-changes")} == {"8.00"}
    observed = result.values("demand-observations", sku=sku)
    return [o["price"] for o in observed][1 : days + 1]


def alerts(journal: Journal, run: Any) -> list[dict[str, Any]]:
    result: Run = run(journal)
    return result.values("pricing-alerts", kind="prices_not_applied")


def test_a_shop_that_keeps_its_own_prices_teaches_those(journal: Any, run: Any) -> None:
    opened(journal)
    for day in (1, 2, 4):
        sold(journal, day, OLD)
    assert learnt(journal, run, 5) == ["10.00"] * 5
    (said,) = alerts(journal, run)
    assert said["details"]["offers"] == [{"sku": "a", "price": "8.00", "shown": "10.00"}]


def test_a_shop_that_applies_prices_teaches_them(journal: Any, run: Any) -> None:
    opened(journal)
    for day in (1, 2, 4):
        sold(journal, day, NEW)
    assert learnt(journal, run, 5) == ["8.00"] * 5
    assert alerts(journal, run) == []


def test_silence_before_the_first_contradiction_was_at_the_old_price(
    journal: Any, run: Any
) -> None:
    opened(journal)
    sold(journal, 2, OLD)
    assert learnt(journal, run, 2) == ["10.00", "10.00"]


def test_silence_after_a_confirmed_price_was_at_that_price(journal: Any, run: Any) -> None:
    opened(journal)
    sold(journal, 1, NEW, NEW)
    sold(journal, 3, OTHER, OTHER)
    assert learnt(journal, run, 4) == ["8.00", "8.00", "7.20", "7.20"]


def test_discounts_beside_the_price_are_no_other_price(journal: Any, run: Any) -> None:
    opened(journal)
    for day in (1, 2, 3):
        sold(journal, day, OTHER, NEW, OTHER)
    assert learnt(journal, run, 3) == ["8.00"] * 3


def test_one_wrong_record_overturns_nothing_and_two_do(journal: Any, run: Any) -> None:
    opened(journal)
    sold(journal, 1, NEW)
    sold(journal, 2, OTHER)
    sold(journal, 3, OTHER)
    assert learnt(journal, run, 3) == ["8.00", "8.00", "7.20"]


def test_prices_of_a_segment_say_nothing_of_the_public_one(journal: Any, run: Any) -> None:
    opened(journal)
    sold(journal, 1, OTHER, OTHER, segment=journal.rows.text("b2b"))
    assert learnt(journal, run, 2) == ["8.00", "8.00"]


def test_offers_without_sales_follow_a_channel_that_applies_nothing(journal: Any, run: Any) -> None:
    opened(journal, "abcd")
    for day in (1, 2, 3):
        for sku in "abc":
            sold(journal, day, OLD, sku=sku)
    assert learnt(journal, run, 3, "d") == ["10.00"] * 3


def test_clicks_tell_what_is_shown_where_nothing_is_sold(journal: Any, run: Any) -> None:
    opened(journal)
    for day in (1, 2, 3):
        journal.click(START + day * DAY, count=5, price=OLD)
    assert learnt(journal, run, 3) == ["10.00"] * 3


@pytest.mark.parametrize("sold_too", [True, False])
def test_a_writer_of_clicks_cannot_gainsay_orders(journal: Any, run: Any, sold_too: bool) -> None:
    opened(journal, "ab")
    for day in (1, 2, 3):
        sold(journal, day, NEW)
        if sold_too:
            sold(journal, day, NEW, sku="b")
        for sku in "ab":
            journal.click(START + day * DAY, sku, count=50, price=500)
    assert learnt(journal, run, 3, "b") == ["8.00"] * 3
    assert alerts(journal, run) == []


def test_a_price_drawn_but_not_applied_is_no_experiment(journal: Any, run: Any) -> None:
    """What drawn prices teach beyond others counts only where they were met."""
    for sku in "ab":
        journal.product(sku)
    journal.tick(START)
    rails = {"max_step_down": "9%", "max_step_up": "9%", "reference_band": None}
    explore = {"kind": "thompson", "budget": "20%"}
    strategy = [{"kind": "optimise"}]
    journal.policy(
        "p", START, version=1, strategy=strategy, guardrails=rails, explore=explore, seed=3
    )
    for day in range(1, 12):
        sold(journal, day, OLD, OLD)
        journal.tick(START + day * DAY + 23 * HOUR)
    fold = run(journal).fold
    learnt_from: list[float] = []
    fold.state.on_learnt = lambda observations, report: learnt_from.extend(
        observations.exploration[observations.price == OLD].tolist()
    )
    result: Run = run(journal)
    assert any(d["propensity"] < 1.0 for d in result.values("price-decisions"))
    assert all(value != value for value in learnt_from)
