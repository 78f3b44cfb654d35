"""Promotions in force change the price shown, end by themselves, and leave no wrong price."""

from __future__ import annotations

from typing import Any

import pytest

STRATEGY = [{"kind": "match_competitor"}, {"kind": "keep"}]
HOUR = 3_600_000
DAY = 24 * HOUR


def promote(
    shop: Any, discount: dict[str, Any] | None, promotion_id: str = "sale", **more: Any
) -> None:
    """A promotion from an hour from now to three hours from now."""
    value = {
        "promotion_id": promotion_id,
        "select": {"categories": ["food"]},
        "starts_at": shop.now + HOUR,
        "ends_at": shop.now + 3 * HOUR,
        "discount": discount,
    }
    shop.send("promotions", value | more, key=promotion_id, timestamp=shop.now)


@pytest.mark.parametrize(
    ("discount", "price"),
    [({"percent": "20%"}, "8.00"), ({"percent": 0.2}, "8.00"), ({"amount": "1.50"}, "8.50"),
     ({"price": "7.77"}, "7.77"), ({"price": "0"}, "0.01")],
)  # fmt: skip
def test_a_promotion_starts_and_ends_by_ticks_alone(
    shop: Any, discount: dict[str, Any], price: str
) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    promote(shop, discount)
    start = shop.now
    shop.tick(HOUR - 1)
    assert shop.prices() == []
    shop.tick(1)
    assert shop.prices() == [price]
    assert shop.changes[-1]["promotion_id"] == "sale"
    shop.tick(start + 3 * HOUR - 1 - shop.now)
    assert shop.prices() == [price]
    shop.tick(1)
    assert shop.prices() == [price, "10.00"]
    assert "promotion_id" not in shop.changes[-1]


def test_a_discount_of_nothing_is_an_advertisement_only(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    promote(shop, {"percent": "0%"}, attributes={"display": 1})
    shop.tick(2 * HOUR)
    shop.tick(2 * HOUR)
    assert shop.changes == []


def test_observations_tell_of_an_advertisement_beside_the_discount_that_makes_the_price(
    shop: Any,
) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    midnight = shop.now - shop.now % DAY + DAY
    days = {"starts_at": midnight, "ends_at": midnight + 2 * DAY}
    promote(shop, {"percent": "0%"}, "ad", attributes={"display": 1, "agency": "north"}, **days)
    days["ends_at"] -= DAY
    promote(shop, {"percent": "20%"}, attributes={"display": 0.25, "coupon": 1}, **days)
    for _ in range(7):
        shop.tick(DAY)
    told = {o["bucket_start"]: o for o in shop.topic("demand-observations")}
    both, alone, none = list(told.values())[1:4]
    names = ("display", "coupon", "promotion_depth")
    features = [[o["features"][name] for name in names] for o in (both, alone, none)]
    assert features == [[1.0, 1.0, 0.2], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    assert [o.get("promotion_id") for o in (both, alone, none)] == ["sale", "ad", None]
    assert "agency" not in both["features"]


def test_a_cancelled_promotion_and_a_tombstone_end_at_once(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    promote(shop, {"percent": "10%"})
    shop.tick(HOUR)
    promote(shop, {"percent": "10%"}, starts_at=shop.now - 1, cancelled=True)
    shop.tick(1)
    assert shop.prices() == ["9.00", "10.00"]
    promote(shop, {"percent": "10%"}, "other", starts_at=shop.now - 1)
    shop.tick(1)
    shop.send("promotions", None, key="other", timestamp=shop.now)
    shop.tick(1)
    assert shop.prices()[2:] == ["9.00", "10.00"]


def test_only_selected_offers_and_channels_are_promoted(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product("a", channels={"web": {}, "store:1": {}})
    shop.product("b", category="toys")
    promote(shop, {"percent": "10%"}, channels=["store:1"])
    shop.tick(HOUR)
    assert [(c["sku"], c["channel"]) for c in shop.changes] == [("a", "store:1")]


@pytest.mark.parametrize(
    ("guardrails", "product", "price"),
    [
        ({"minimum_price": "9.00"}, {}, "9.00"),
        ({"minimum_margin": "50%"}, {"cost": "4.40"}, "8.80"),
        ({"respect_map": True}, {"map_price": "9.25"}, "9.25"),
    ],
)
def test_guardrails_bind_a_promotion_too(
    shop: Any, guardrails: dict[str, Any], product: dict[str, Any], price: str
) -> None:
    shop.policy("p", strategy=STRATEGY, guardrails=guardrails)
    shop.product(**product)
    promote(shop, {"percent": "40%"})
    shop.tick(HOUR)
    shop.tick(2 * HOUR)
    assert shop.prices() == [price, "10.00"]


def test_a_rival_that_moves_during_a_promotion_counts_when_it_ends(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    promote(shop, {"percent": "30%"})
    shop.tick(HOUR)
    shop.competitor("9.00")
    assert shop.prices() == ["7.00"]
    shop.tick(2 * HOUR)
    shop.tick(1)
    assert shop.prices()[-1] == "9.00"


def test_the_kill_switch_leaves_no_promotional_price_behind_for_ever(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    promote(shop, {"percent": "30%"})
    shop.tick(HOUR)
    shop.control("pause")
    shop.tick(3 * HOUR)
    shop.control("resume")
    assert shop.prices() == ["7.00", "10.00"]


def test_of_two_promotions_the_deeper_counts_and_each_ends_by_itself(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    promote(shop, {"percent": "10%"}, "long", ends_at=shop.now + 5 * HOUR)
    promote(shop, {"percent": "20%"}, "short", starts_at=shop.now + 2 * HOUR)
    for _ in range(6):
        shop.tick(HOUR)
    assert shop.prices() == ["9.00", "8.00", "9.00", "10.00"]
    assert [c.get("promotion_id") for c in shop.changes] == ["long", "short", "long", None]
