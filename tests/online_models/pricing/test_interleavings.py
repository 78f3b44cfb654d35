"""Promotions, manual prices and rollbacks in any order leave the regular price behind."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

HOUR = 3_600_000
KEEP = [{"kind": "keep"}]
HOURS = st.integers(0, 4)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("promotion"), HOURS, st.integers(1, 6), st.sampled_from([10, 20, 50])),
        st.tuples(st.just("cancel"), HOURS),
        st.tuples(st.just("override"), HOURS, st.integers(1, 6), st.sampled_from(["8.00", "13"])),
        st.tuples(st.just("rollback"), HOURS),
        st.tuples(st.just("resume"), HOURS),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=400, deadline=None)
@given(actions=ACTIONS)
def test_every_promotion_and_passing_price_ends_at_the_regular_price(
    new_shop: Any, actions: list[tuple[Any, ...]]
) -> None:
    shop = new_shop()
    shop.product()
    shop.policy(strategy=KEEP)
    begin = shop.now
    shop.tick(1)
    sales: dict[str, tuple[int, int, int]] = {}
    manual = end = begin
    rolled = False
    for kind, wait, *terms in [*actions, ("resume", 0), ("wait", 14)]:
        for _ in range(wait):
            shop.tick(HOUR)
            shop.tick(0)
            if manual <= shop.now and not rolled:
                running = [off for a, b, off in sales.values() if a <= shop.now < b]
                assert shop_price(shop) == 1000 - 10 * max(running, default=0)
        if kind == "promotion":
            length, off = terms
            name = f"s{len(sales) % 3}"
            sales[name] = (shop.now + HOUR, shop.now + HOUR + length * HOUR, off)
            end = max(end, sales[name][1])
            shop.promotion(name, starts_at=sales[name][0], ends_at=sales[name][1],
                           discount={"percent": f"{off}%"})  # fmt: skip
        elif kind == "cancel" and sales:
            name, (a, b, off) = sales.popitem()
            shop.promotion(name, starts_at=a, ends_at=b, discount={"percent": f"{off}%"},
                           cancelled=True)  # fmt: skip
        elif kind == "override":
            length, price = terms
            manual, rolled = shop.now + length * HOUR, False
            shop.control(kind="set_price", sku="a", channel="web", price=price, until=manual)
        elif kind == "rollback":
            manual, rolled = shop.now, True
            shop.control(kind="rollback", to=begin)
        elif kind == "resume":
            rolled = False
            shop.control(kind="resume")
    assert shop_price(shop) == 1000


@settings(max_examples=200, deadline=None)
@given(
    actions=st.lists(
        st.one_of(
            st.tuples(
                st.just("override"), HOURS, st.integers(0, 6), st.sampled_from(["8.00", "13"])
            ),
            st.tuples(st.just("refuse"), HOURS),
            st.tuples(st.just("pause"), HOURS),
            st.tuples(st.just("resume"), HOURS),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_passing_prices_come_and_go_step_by_step(
    new_shop: Any, actions: list[tuple[Any, ...]]
) -> None:
    shop = new_shop()
    shop.product()
    shop.policy(strategy=KEEP, guardrails={"max_step_up": "5%", "max_step_down": "10%"})
    for kind, wait, *terms in [*actions, ("resume", 0), ("wait", 36)]:
        for _ in range(wait):
            shop.tick(HOUR)
        if kind == "override":
            length, price = terms
            until = shop.now + length * HOUR
            shop.control(kind="set_price", sku="a", channel="web", price=price, until=until)
        elif kind == "refuse" and shop.changes:
            shop.ack(shop.changes[-1], "rejected", time=shop.now)
        elif kind in ("pause", "resume"):
            shop.control(kind=kind)
    for change in shop.changes:
        step = float(change["price"]) / float(change["previous_price"])
        assert 0.9 - 1e-3 <= step <= 1.05 + 1e-3
    assert shop_price(shop) == 1000


def shop_price(shop: Any) -> int:
    return int(shop.pricing.ledger.price[0])


def test_a_manual_price_equal_to_a_promotions_leaves_the_regular_one_behind(shop: Any) -> None:
    shop.product()
    shop.policy(strategy=KEEP)
    shop.promotion(
        starts_at=shop.now + HOUR, ends_at=shop.now + 2 * HOUR, discount={"percent": "20%"}
    )
    shop.tick(HOUR)
    until = shop.now + 2 * HOUR
    shop.control(kind="set_price", sku="a", channel="web", price="8.00", until=until)
    shop.tick(HOUR)
    assert shop.price() == "8.00"
    shop.tick(HOUR)
    assert shop.price() == "10.00"


def test_a_promotion_reduces_the_regular_price_and_not_a_manual_one_that_was_rolled_back(
    shop: Any,
) -> None:
    shop.product()
    shop.policy(strategy=KEEP)
    begin = shop.now
    shop.promotion(starts_at=begin + HOUR, ends_at=begin + 2 * HOUR, discount={"percent": "10%"})
    shop.tick(1)
    shop.control(kind="set_price", sku="a", channel="web", price="8.00", until=begin + 3 * HOUR)
    shop.tick(HOUR)
    shop.control(kind="rollback", to=begin)
    shop.control(kind="resume")
    assert shop.price() == "9.00"
    shop.tick(HOUR)
    assert shop.price() == "10.00"


def test_a_fixed_price_promotion_shows_whatever_lower_manual_price_has_just_passed(
    shop: Any,
) -> None:
    shop.product()
    shop.policy(strategy=KEEP)
    until = shop.now + 2 * HOUR
    shop.control(kind="set_price", sku="a", channel="web", price="8.00", until=until)
    shop.promotion(starts_at=until, ends_at=until + HOUR, discount={"price": "8.50"})
    shop.tick(2 * HOUR)
    assert shop.price() == "8.50"
    assert shop.decisions[-1]["reason"] == "promotion"
    shop.tick(HOUR)
    assert shop.price() == "10.00"


def test_a_manual_price_that_was_set_to_end_at_once_goes_back_step_by_step(shop: Any) -> None:
    shop.product()
    shop.policy(strategy=KEEP, guardrails={"max_step_up": "5%"})
    until = shop.now + 9 * HOUR
    shop.control(kind="set_price", sku="a", channel="web", price="8.00", until=until)
    shop.control(kind="set_price", sku="a", channel="web", price="8.00", until=shop.now)
    assert shop.price() == "8.40"
    shop.tick(HOUR, times=6)
    assert shop.price() == "10.00"


def test_a_promotion_reduces_the_regular_price_and_not_a_manual_one_that_has_passed(
    shop: Any,
) -> None:
    shop.product()
    shop.policy(strategy=KEEP)
    until = shop.now + 2 * HOUR
    shop.control(kind="set_price", sku="a", channel="web", price="8.00", until=until)
    discount = {"percent": "20%"}
    shop.promotion(starts_at=until, ends_at=until + HOUR, discount=discount)
    shop.tick(2 * HOUR)
    assert shop.price() == "8.00"
    assert shop.decisions[-1]["reason"] == "promotion"
    shop.tick(HOUR)
    assert shop.price() == "10.00"
