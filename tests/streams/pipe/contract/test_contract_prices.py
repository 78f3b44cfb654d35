"""Promised prices: no rule moves them, every guardrail checks them, and quotes begin from them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from online_models.pricing.explanation.recompute import recompute
from schemas.topics import decode

DAY = 86_400_000


@pytest.fixture(name="shop")
def fixture_shop(new_shop: Any) -> Any:
    shop = new_shop(
        {
            "policy_id": "p",
            "strategy": [{"kind": "match_competitor"}, {"kind": "keep"}],
            "guardrails": {"minimum_margin": "20%"},
            "segments": [{"segment": "b2b", "quotes": {}}],
        }
    )
    shop.product()
    return shop


def promise(shop: Any, price: str = "8.00", **fields: Any) -> list[Any]:
    value = {"contract_id": "c1", "sku": "a", "price": price, "currency": "USD"}
    value |= {"valid_from": shop.now, "valid_until": shop.now + 30 * DAY} | fields
    said: list[Any] = shop.send("contract-prices", value, timestamp=shop.now)
    return said


def test_a_promise_is_published_with_its_terms_and_explained(shop: Any) -> None:
    (said,) = promise(shop, customer_id="Hotel Lake", terms="30 days net", minimum_quantity=20)
    offer = said["value"]
    decode("price-offers", json.dumps(offer).encode())
    assert (offer["price"], offer["minimum_quantity"]) == ("8.00", 20)
    assert (offer["disclosure"], offer["segment"]) == ("30 days net", "b2b")
    assert len(offer["customer"]) == 16
    assert recompute(offer["explanation"], "USD") == "8.00"
    assert "Hotel" not in json.dumps(shop.said)


def test_no_rule_moves_it(shop: Any) -> None:
    promise(shop)
    shop.competitor("9.00")
    assert shop.prices() == ["9.00"]
    assert {offer["price"] for offer in shop.topic("price-offers")} == {"8.00"}


@pytest.mark.parametrize(
    ("price", "bounds"), [("4.50", ["minimum_margin"]), ("11.00", ["public_price"])]
)
def test_a_promise_against_a_guardrail_is_said_once_and_not_published(
    shop: Any, price: str, bounds: list[str]
) -> None:
    promise(shop, price)
    for _ in range(3):
        shop.tick(DAY)
    assert not shop.topic("price-offers")
    (alert,) = shop.alerts("contract_conflict")
    assert alert["details"]["bounds"] == bounds
    assert alert["details"]["contract_id"] == "c1"


def test_costs_that_rise_past_a_promise_end_it_until_they_fall_again(shop: Any) -> None:
    promise(shop)
    shop.product(cost="7.50")
    (alert,) = shop.alerts("contract_conflict")
    assert alert["details"]["bounds"] == ["minimum_margin"]
    first, over = shop.topic("price-offers")
    assert over["valid_until"] == over["time"]
    assert over["decision_id"] != first["decision_id"]
    shop.product(cost="4.00")
    assert shop.topic("price-offers")[-1]["price"] == "8.00"


def test_a_public_price_below_a_promise_is_no_alarm_and_the_promise_comes_back(shop: Any) -> None:
    promise(shop)
    shop.competitor("7.50")
    assert shop.prices() == ["7.50"]
    assert shop.topic("price-offers")[-1]["price"] == "7.50"
    shop.competitor("9.00")
    assert shop.topic("price-offers")[-1]["price"] == "8.00"
    assert not shop.alerts("contract_conflict")


def test_a_promise_stands_where_the_public_price_itself_cannot_keep_to_a_list_price(
    new_shop: Any,
) -> None:
    rails = {"never_above_list_price": True, "max_step_down": "1%"}
    shop = new_shop({"policy_id": "p", "strategy": [{"kind": "keep"}], "guardrails": rails})
    shop.product()
    promise(shop)
    shop.now += DAY
    shop.product(list_price="7.00")
    assert shop.alerts("bounds_conflict")
    promise(shop, contract_id="c2", price="7.50")
    assert not shop.alerts("contract_conflict")
    *first, second = shop.topic("price-offers")
    assert {(offer["contract_id"], offer["price"]) for offer in first} == {("c1", "8.00")}
    assert all(offer["valid_until"] > second["time"] for offer in first)
    assert (second["contract_id"], recompute(second["explanation"], "USD")) == ("c2", "7.50")
    assert "never_above_list_price" not in {step["rule"] for step in second["explanation"]}


@pytest.mark.parametrize("fields", [{"price": "4.50"}, {"customer_id": "sea"}])
def test_a_promise_that_another_takes_the_place_of_ends(shop: Any, fields: Any) -> None:
    promise(shop, customer_id="lake")
    (first,) = shop.topic("price-offers")
    said = [each["value"] for each in promise(shop, **({"customer_id": "lake"} | fields))]
    over = next(value for value in said if value.get("customer") == first["customer"])
    assert over["valid_until"] == over["time"]
    assert over["contract_id"] == "c1"


def test_a_promise_that_is_sent_again_as_over_ends(shop: Any) -> None:
    promise(shop)
    over = {"valid_from": shop.now - 2 * DAY, "valid_until": shop.now - DAY}
    (offer,) = [each["value"] for each in promise(shop, **over) if each["topic"] == "price-offers"]
    assert offer["valid_until"] == offer["time"]


def test_a_quote_begins_from_the_promise_and_only_for_who_has_it(shop: Any) -> None:
    promise(shop, customer_id="lake", minimum_quantity=20)
    ask = {"currency": "USD", "lines": [{"sku": "a", "quantity": 20}]}
    found = {}
    for who, quantity in (("lake", 20), ("other", 20), ("lake", 19)):
        ask["lines"] = [{"sku": "a", "quantity": quantity}]
        value = {"quote_id": f"{who}{quantity}", "customer_id": who, **ask}
        (said,) = shop.send("quote-requests", value, timestamp=shop.now)
        steps = said["value"]["lines"][0]["explanation"]
        found[who, quantity] = [s["output"] for s in steps if s["rule"] == "entitled"]
        assert recompute(steps, "USD") == said["value"]["lines"][0]["unit_price"]
    assert found == {("lake", 20): ["8.00"], ("other", 20): [], ("lake", 19): []}


def test_a_promise_ends_by_itself_by_cancellation_and_with_its_customer(shop: Any) -> None:
    promise(shop, customer_id="lake")
    shop.tick(DAY)
    (said,) = promise(shop, customer_id="lake", cancelled=True)
    assert said["value"]["valid_until"] is not None
    assert said["value"]["valid_until"] <= said["value"]["time"]
    promise(shop, customer_id="lake")
    shop.control("forget_customer", customer_id="lake")
    over = shop.topic("price-offers")[-1]
    assert over["customer"] == said["value"]["customer"]
    assert over["valid_until"] == over["time"]
    before = len(shop.topic("price-offers"))
    shop.competitor("9.00")
    assert not any("contract_id" in offer for offer in shop.topic("price-offers")[before:])
    promise(shop, contract_id="c2", valid_until=shop.now + DAY)
    shop.tick(2 * DAY)
    before = len(shop.topic("price-offers"))
    shop.competitor("8.90")
    (over,) = shop.topic("price-offers")[before:]
    assert over["valid_until"] == over["time"]


def test_a_price_list_is_for_all_of_its_group(shop: Any) -> None:
    (said,) = promise(shop, segment="reseller")
    assert said["value"]["segment"] == "reseller"
    assert said["value"].get("customer") is None
