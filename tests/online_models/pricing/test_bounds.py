"""Bounds that contradict each other, bounds that no price meets, bounds that move."""

from __future__ import annotations

from typing import Any

HOUR = 3_600_000
DAY = 24 * HOUR
KEEP = [{"kind": "keep"}]


def test_a_floor_above_a_ceiling_holds_the_price_and_names_both(shop: Any) -> None:
    shop.product(cost="9.80")
    shop.policy(strategy=KEEP, guardrails={"minimum_margin": "20%", "maximum_price": "11.00"})
    assert shop.changes == []
    assert shop.decisions[-1]["reason"] == "bounds_conflict"
    alert = shop.alerts("bounds_conflict")[-1]
    assert sorted(alert["details"]["bounds"]) == ["maximum_price", "minimum_margin"]


def test_a_conflict_is_told_once_and_again_after_a_week(shop: Any) -> None:
    shop.product(cost="9.80")
    shop.policy(strategy=KEEP, guardrails={"minimum_margin": "20%", "maximum_price": "11.00"})
    for _ in range(5):
        shop.competitor("9.00")
        shop.tick()
    assert len(shop.alerts("bounds_conflict")) == 1
    shop.now += 7 * DAY
    shop.competitor("9.00")
    assert len(shop.alerts("bounds_conflict")) == 2


def test_a_new_floor_beyond_a_step_is_a_contradiction_too(shop: Any) -> None:
    shop.product(cost="5.00")
    shop.policy(strategy=KEEP, guardrails={"minimum_margin": "5%", "max_step_up": "5%"})
    shop.product(cost="12.00", decide=True)
    assert shop.changes == []
    assert shop.alerts("bounds_conflict")[-1]["details"]["bounds"] == [
        "minimum_margin",
        "max_step_up",
    ]
    assert shop.alerts("selling_below_cost")[-1]["details"]["break_even"] == "12.00"


def test_a_price_in_force_that_breaks_a_bound_moves_to_it(shop: Any) -> None:
    shop.product()
    shop.policy(strategy=KEEP, guardrails={"minimum_price": "10.20", "max_step_up": "5%"})
    assert shop.price() == "10.20"
    assert shop.changes[-1]["reason"] == "minimum_price"


def test_a_margin_that_fees_make_unreachable_is_a_contradiction(shop: Any) -> None:
    shop.product(fee=0.5)
    shop.policy(strategy=KEEP, guardrails={"minimum_margin": "60%", "maximum_price": "1000"})
    assert shop.alerts("bounds_conflict")[-1]["details"]["bounds"] == [
        "maximum_price",
        "minimum_margin",
    ]


def test_the_margin_floor_is_exact_where_floats_are_not(shop: Any) -> None:
    """0.07 tax and 0.30 fixed fee: the floor is the least cent with the margin, never one less."""
    shop.product(price="100.00", cost="33.33", tax=0.07, fee=0.08, fee_fixed="0.30")
    shop.policy(
        strategy=[{"kind": "cost_plus", "margin": "-50%"}], guardrails={"minimum_margin": "5%"}
    )
    price = round(float(shop.price()) * 100)

    def margin_reached(cents: int) -> bool:
        # 100 p (1 − m) / 107 − 0.08 p ≥ cost + fixed, in integers
        return cents * 100 * 95 * 100 - 8 * cents * 107 * 100 >= 3363 * 107 * 100 * 100

    assert margin_reached(price)
    assert not margin_reached(price - 1)


def test_a_channel_does_not_undercut_a_protected_one(shop: Any) -> None:
    shop.product(channel="store", price="10.00", decide=False)
    shop.product(channel="web", price="10.00", decide=False)
    shop.policy(
        strategy=[{"kind": "match_competitor"}, {"kind": "keep"}],
        guardrails={"protect_channels": ["store"]},
    )
    shop.competitor("8.00", channel="web")
    assert shop.price(channel="web") == "none"
    shop.competitor("9.00", channel="store")
    assert (shop.price(channel="store"), shop.price(channel="web")) == ("9.00", "9.00")


def test_unbound_policy_lets_a_price_go_anywhere_above_zero(shop: Any) -> None:
    shop.product(cost="0")
    shop.policy(strategy=[{"kind": "match_competitor", "offset": "-50"}])
    shop.competitor("3.00")
    assert shop.price() == "0.01"


def test_huge_amounts_stay_exact(shop: Any) -> None:
    shop.product(price="90000000000.00", cost="80000000000.00")
    shop.policy(strategy=[{"kind": "cost_plus", "margin": "20%"}], guardrails={"max_step_up": "5%"})
    assert shop.price() == "94500000000.00"
