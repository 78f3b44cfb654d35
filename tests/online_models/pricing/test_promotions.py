"""Promotions: they show, bind, end by themselves, and leave the right price behind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

HOUR = 3_600_000
DAY = 24 * HOUR
KEEP = [{"kind": "keep"}]


def on_sale(shop: Any, discount: dict[str, Any], name: str = "sale", **fields: Any) -> None:
    fields = {"starts_at": shop.now + DAY, "ends_at": shop.now + 3 * DAY, **fields}
    shop.promotion(name, discount=discount, **fields)


def prices(shop: Any) -> list[str]:
    return [change["price"] for change in shop.changes]


@pytest.mark.parametrize(
    ("discount", "price"),
    [
        ({"percent": "20%"}, "8.00"),
        ({"percent": 0.125}, "8.75"),
        ({"amount": "1.50"}, "8.50"),
        ({"price": "7.77"}, "7.77"),
    ],
)
def test_a_tick_starts_and_ends_a_promotion(
    shop: Any, discount: dict[str, Any], price: str
) -> None:
    shop.product()
    shop.policy(strategy=KEEP, guardrails={"max_step_down": "5%", "cooldown": "P7D"})
    on_sale(shop, discount)
    shop.tick(DAY - 1)
    assert prices(shop) == []
    shop.tick(1)
    assert prices(shop) == [price]
    assert shop.changes[-1]["promotion_id"] == "sale"
    shop.tick(2 * DAY - 1)
    assert prices(shop) == [price]
    shop.tick(1)
    assert prices(shop) == [price, "10.00"]
    assert "promotion_id" not in shop.changes[-1]


def test_the_regular_price_waits_while_a_promotion_is_in_force(shop: Any) -> None:
    shop.product(cost="1.00")
    shop.policy(strategy=[{"kind": "match_competitor"}, *KEEP])
    on_sale(shop, {"percent": "20%"}, starts_at=shop.now)
    shop.competitor("9.00")
    shop.tick(DAY)
    assert prices(shop) == ["8.00"]
    shop.tick(2 * DAY)
    assert prices(shop) == ["8.00", "10.00"]
    shop.tick()
    assert prices(shop) == ["8.00", "10.00", "9.00"]


def test_bounds_on_every_price_bind_a_promotion_too(shop: Any) -> None:
    shop.product(cost="9.00")
    shop.policy(strategy=KEEP, guardrails={"minimum_margin": "5%"})
    on_sale(shop, {"percent": "50%"}, starts_at=shop.now)
    assert prices(shop) == ["9.48"]
    rules = [step["rule"] for step in shop.decisions[-1]["explanation"]]
    assert rules == ["promotion", "minimum_margin"]


def test_the_lowest_of_several_promotions_wins_and_ties_go_by_id(shop: Any) -> None:
    shop.product()
    shop.policy(strategy=KEEP)
    on_sale(shop, {"percent": "10%"}, "b", starts_at=shop.now)
    on_sale(shop, {"price": "9.00"}, "a", starts_at=shop.now)
    assert shop.changes[-1]["promotion_id"] == "b"
    assert shop.decisions[-1]["outcome"] == "held"
    on_sale(shop, {"percent": "30%"}, "c", starts_at=shop.now, ends_at=shop.now + DAY)
    assert prices(shop) == ["9.00", "7.00"]
    shop.tick(DAY)
    assert prices(shop) == ["9.00", "7.00", "9.00"]
    assert shop.changes[-1]["promotion_id"] == "a"


@pytest.mark.parametrize("how", ["cancelled", "shortened", "tombstone"])
def test_a_withdrawn_promotion_ends_at_once(shop: Any, how: str) -> None:
    shop.product()
    shop.policy(strategy=KEEP)
    on_sale(shop, {"percent": "20%"}, starts_at=shop.now)
    shop.now += HOUR
    if how == "tombstone":
        shop.decide(shop.pricing.put_promotion("sale", None, shop.now), "promotions")
    else:
        cut = {"cancelled": True} if how == "cancelled" else {"ends_at": shop.now}
        on_sale(shop, {"percent": "20%"}, starts_at=shop.now - HOUR, **cut)
    assert prices(shop) == ["8.00", "10.00"]


def test_a_promotion_concerns_what_it_selects_and_offers_that_appear_later(shop: Any) -> None:
    shop.product("tea", category="food/tea")
    shop.policy(strategy=KEEP)
    on_sale(
        shop,
        {"percent": "20%"},
        starts_at=shop.now,
        select={"categories": ["food/coffee"]},
        channels=["web"],
    )
    assert prices(shop) == []
    shop.product("mocha", category="food/coffee/beans", decide=True)
    shop.product("mocha", category="food/coffee/beans", channel="store", decide=True)
    assert [(c["sku"], c["channel"]) for c in shop.changes] == [("mocha", "web")]


def test_an_advertisement_changes_no_price_but_is_in_force(shop: Any) -> None:
    row = shop.product()
    shop.policy(strategy=KEEP)
    on_sale(shop, {"percent": 0}, starts_at=shop.now, attributes={"display": 1, "feature": 0.5})
    assert prices(shop) == []
    rows, now = np.array([row]), np.array([shop.now])
    depth, promoted, attributes, promotion, _ = shop.pricing.promotion_in_force(rows, now)
    assert (depth[0], promoted[0], promotion[0]) == (0.0, 1.0, 0)
    assert attributes[0].tolist() == [1.0, 0.5, 0.0, 0.0]
    assert shop.pricing.promotion_ids == ["sale"]


def test_an_advertisement_and_a_discount_in_force_at_once_are_both_seen(shop: Any) -> None:
    row = shop.product()
    shop.policy(strategy=KEEP)
    later = shop.now + HOUR
    for name, percent, attributes, starts_at in (
        ("ad", 0, {"display": 1, "colour": "red", "feature": 0.5}, shop.now),
        ("sale", "20%", {"display": 0.25, "coupon": -2}, later),
        ("gone", "5%", {"display": 9}, shop.now - 9 * HOUR),
    ):
        ends_at = shop.now if name == "gone" else shop.now + DAY
        on_sale(
            shop, {"percent": percent}, name, starts_at=starts_at, ends_at=ends_at,
            attributes=attributes,
        )  # fmt: skip

    def in_force(now: int) -> tuple[float, list[float]]:
        found = shop.pricing.promotion_in_force(np.array([row]), np.array([now]))
        return float(found.depth[0]), found.attributes[0].tolist()

    assert in_force(later - 1) == (0.0, [1.0, 0.5, 0.0, 0.0])
    depth, attributes = in_force(later)
    named = dict(zip(shop.pricing.attribute_names, attributes, strict=False))
    assert depth == 0.2
    assert named == {"display": 1.0, "feature": 0.5, "coupon": -2.0}


def test_depth_in_force_is_the_share_of_the_regular_price(shop: Any) -> None:
    row = shop.product()
    shop.policy(strategy=KEEP)
    on_sale(shop, {"amount": "2.50"}, starts_at=shop.now)
    depth, *_ = shop.pricing.promotion_in_force(np.array([row]), np.array([shop.now]))
    assert depth[0] == 0.25


def test_a_manual_price_stands_above_a_promotion_and_gives_way_to_it(shop: Any) -> None:
    shop.product()
    shop.policy(strategy=KEEP)
    on_sale(shop, {"percent": "20%"}, starts_at=shop.now)
    shop.control(kind="set_price", sku="a", channel="web", price="9.50", until=shop.now + DAY)
    assert prices(shop) == ["8.00", "9.50"]
    shop.tick(DAY)
    assert prices(shop) == ["8.00", "9.50", "8.00"]
    shop.tick(2 * DAY)
    assert prices(shop)[-1] == "10.00"


def test_a_sale_does_not_lower_its_own_prior_price(shop: Any) -> None:
    """Of successive reductions in one promotion only the time before the first counts."""
    shop.product()
    shop.policy(strategy=KEEP)
    shop.now += 5 * DAY
    on_sale(shop, {"percent": "10%"}, starts_at=shop.now, ends_at=shop.now + 9 * DAY)
    shop.now += DAY
    on_sale(shop, {"percent": "20%"}, starts_at=shop.now - DAY, ends_at=shop.now + 9 * DAY)
    assert [c["price"] for c in shop.changes] == ["9.00", "8.00"]
    assert [c["lowest_prior_price_30d"] for c in shop.changes] == ["10.00", "10.00"]
    shop.tick(9 * DAY)
    assert shop.changes[-1]["lowest_prior_price_30d"] == "8.00"


def test_a_promotion_that_has_ended_may_come_again(shop: Any) -> None:
    shop.product()
    shop.policy(strategy=KEEP)
    for select in ({"skus": ["a"]}, {}):
        on_sale(shop, {"percent": "20%"}, starts_at=shop.now, select=select)
        shop.tick(5 * DAY)
        on_sale(shop, {"percent": "30%"}, starts_at=shop.now, select=select)
        shop.tick(5 * DAY)
    assert prices(shop) == ["8.00", "10.00", "7.00", "10.00"] * 2


def test_many_promotions_keep_to_their_offers(shop: Any) -> None:
    for sku in "abc":
        shop.product(sku)
    shop.policy(strategy=KEEP)
    for i, sku in enumerate("abcabc"):
        on_sale(shop, {"percent": f"{10 + i}%"}, f"{i}", starts_at=shop.now, select={"skus": [sku]})
    shown = {sku: shop.price(sku) for sku in "abc"}
    assert shown == {"a": "8.70", "b": "8.60", "c": "8.50"}
    shop.product("b", category="food/tea", decide=True)
    assert shop.price("b") == "8.60"
    shop.tick(5 * DAY)
    assert {shop.price(sku) for sku in "abc"} == {"10.00"}
