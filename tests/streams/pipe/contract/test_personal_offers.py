"""`personalise`: below the public price, for who agreed and mostly buys bargains, and disclosed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

HOUR = 3_600_000
DAY = 24 * HOUR


def buy(shop: Any, who: str, price: str, units: int = 5, **fields: Any) -> None:
    shop.now += 1
    line = {"sku": "a", "quantity": units, "unit_price": price}
    value = {"order_id": f"{who}{shop.now}", "time": shop.now, "currency": "USD", "lines": [line]}
    shop.send("orders", value | {"customer_id": who, "personal_prices": True} | fields)


@pytest.fixture(name="open_shop")
def fixture_open_shop(new_shop: Any) -> Callable[..., Any]:
    """A shop with a bargain hunter, a steady customer and a bargain hunter who did not agree;
    its only product then follows a competitor to 9.00. The fields are the segment's.
    """

    def open_shop(**terms: Any) -> Any:
        segment = {"segment": "b2c", "personalise": True} | terms
        shop = new_shop(
            {
                "policy_id": "p",
                "strategy": [{"kind": "match_competitor"}, {"kind": "keep"}],
                "guardrails": {"minimum_margin": "50%"},
                "segments": [segment],
            }
        )
        shop.product()
        buy(shop, "keen", "9.00")
        buy(shop, "steady", "10.00")
        buy(shop, "steady", "9.00", 1)
        buy(shop, "new", "9.00", 2)
        buy(shop, "shy", "9.00", personal_prices=False)
        buy(shop, "firm", "9.00", segment="b2b")
        shop.tick(HOUR)
        shop.competitor("9.00")
        return shop

    return open_shop


def test_who_agreed_and_mostly_buys_bargains_gets_a_price_below_the_public_one(
    open_shop: Callable[..., Any],
) -> None:
    shop = open_shop(personal_discount="8%")
    assert shop.prices() == ["9.00"]
    (offer,) = shop.topic("price-offers")
    assert (offer["price"], offer["segment"]) == ("8.28", "b2c")
    assert offer["decision_id"] == shop.changes[-1]["decision_id"]
    assert "automated" in offer["disclosure"]
    assert offer["valid_until"] > offer["valid_from"]
    assert len(offer["customer"]) == 16
    assert not any("keen" in str(out["value"]) for out in shop.said)


def test_the_disclosure_is_the_merchants_where_there_is_one(open_shop: Callable[..., Any]) -> None:
    assert open_shop(disclosure="For you!").topic("price-offers")[0]["disclosure"] == "For you!"


def test_a_personal_price_stops_at_the_floor_and_is_none_at_the_public_price(
    open_shop: Callable[..., Any],
) -> None:
    shop = open_shop(personal_discount="40%")
    assert shop.topic("price-offers")[-1]["price"] == "8.00"
    shop.competitor("7.00")
    assert shop.prices() == ["9.00", "8.00"]
    _, over = shop.topic("price-offers")
    assert (over["price"], over["valid_until"]) == ("8.00", over["time"])


def test_who_withdraws_gets_no_more_until_they_agree_again(open_shop: Callable[..., Any]) -> None:
    shop = open_shop()
    shop.send("pricing-control", {"kind": "forget_customer", "customer_id": "keen", "actor": "me"})
    first, over = shop.topic("price-offers")
    assert over["customer"] == first["customer"]
    assert over["valid_until"] == over["time"]
    shop.competitor("8.60")
    assert shop.prices()[-1] == "8.60"
    assert not any(offer.get("customer") for offer in shop.topic("price-offers")[2:])
    before = len(shop.topic("price-offers"))
    buy(shop, "keen", "8.00")
    shop.tick(2 * HOUR)
    shop.competitor("8.50")
    (again,) = shop.topic("price-offers")[before:]
    assert first["customer"] == again["customer"]


def test_without_personalise_nobody_gets_one(open_shop: Callable[..., Any]) -> None:
    assert open_shop(personalise=False).topic("price-offers") == []


def test_each_segment_has_its_own_customers(open_shop: Callable[..., Any]) -> None:
    shop = open_shop(segment="b2b")
    (offer,) = shop.topic("price-offers")
    assert offer["segment"] == "b2b"
