"""Every guardrail alone, on a strategy's price and on a human's."""

from __future__ import annotations

from typing import Any

import pytest

MATCH = {"kind": "match_competitor"}
KEEP = {"kind": "keep"}
HOUR = 3_600_000

#: guardrails, product fields, price wanted, price published
BOUNDS: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({"minimum_price": "8.50"}, {}, "8.00", "8.50"),
    ({"maximum_price": "11.50"}, {}, "12.00", "11.50"),
    ({"minimum_margin": "50%"}, {}, "7.00", "8.00"),
    ({"minimum_margin": "0"}, {}, "2.00", "4.00"),
    ({"minimum_margin": "50%"}, {"tax_rate": "0.2"}, "7.00", "9.60"),
    ({"minimum_margin": "50%"}, {"fees": {"web": {"rate": 0.1, "fixed": "0.10"}}}, "7.00", "10.25"),
    ({"respect_map": True}, {"map_price": "9.25"}, "8.00", "9.25"),
    ({"never_above_list_price": True}, {"list_price": "10.50"}, "12.00", "10.50"),
    ({"reference_band": "10%"}, {}, "8.00", "9.00"),
    ({"reference_band": "10%"}, {}, "12.00", "11.00"),
    ({"reference_band": "10%", "reference_price": "12.00"}, {}, "15.00", "13.20"),
    ({"price_endings": [".99", ".49"]}, {}, "8.40", "8.49"),
    ({"price_endings": [".99", ".49"]}, {}, "8.80", "8.99"),
    ({"price_endings": [".99"]}, {}, "12.30", "11.99"),
    ({"never_below_cost": True}, {}, "2.00", "4.00"),
]
STEPS: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({"max_step_up": "5%"}, {}, "12.00", "10.50"),
    ({"max_step_down": "10%"}, {}, "8.00", "9.00"),
]


@pytest.mark.parametrize(("guardrails", "product", "wanted", "published"), [*BOUNDS, *STEPS])
def test_a_guardrail_binds_what_a_strategy_wants(
    shop: Any, guardrails: dict[str, Any], product: dict[str, Any], wanted: str, published: str
) -> None:
    shop.policy("p", strategy=[KEEP])
    shop.product(**product)
    shop.policy("p", version=2, strategy=[MATCH, KEEP], guardrails=guardrails)
    shop.competitor(wanted)
    assert shop.changes[-1]["price"] == shop.last["price"] == published


@pytest.mark.parametrize(("guardrails", "product", "wanted", "published"), [*BOUNDS, *STEPS])
def test_a_guardrail_binds_the_manual_override_unless_it_is_forced(
    new_shop: Any, guardrails: dict[str, Any], product: dict[str, Any], wanted: str, published: str
) -> None:
    for force, price in ((False, published), (True, wanted)):
        shop = new_shop({"policy_id": "p", "strategy": [KEEP]})
        shop.product(**product)
        shop.policy("p", version=2, strategy=[KEEP], guardrails=guardrails)
        shop.control("set_price", sku="a", channel="web", price=wanted, force=force)
        assert shop.last["price"] == price
        assert shop.last["explanation"][0]["rule"] == "override"
        order = shop.last["explanation"][0]["detail"]["order"]
        assert (order["actor"], order["reason"]) == ("ann", "because")
        assert order.get("force", False) is force


def test_a_guardrail_without_its_datum_does_not_bind(shop: Any) -> None:
    guardrails = {"respect_map": True, "never_above_list_price": True}
    shop.policy("p", strategy=[MATCH, KEEP], guardrails=guardrails)
    shop.product()
    shop.competitor("15.00")
    shop.competitor("5.00")
    assert shop.prices() == ["15.00", "5.00"]


def test_steps_are_measured_from_the_price_in_force(shop: Any) -> None:
    shop.policy("p", strategy=[MATCH, KEEP], guardrails={"max_step_down": "10%"})
    shop.product()
    shop.competitor("7.00")
    for _ in range(5):
        shop.tick(HOUR)
    assert shop.prices() == ["9.00", "8.10", "7.29", "7.00"]


def test_the_band_is_around_the_first_known_price_whatever_came_later(shop: Any) -> None:
    shop.policy("p", strategy=[MATCH, KEEP], guardrails={"reference_band": "10%"})
    shop.product()
    shop.competitor("9.20")
    shop.competitor("5.00")
    assert shop.prices() == ["9.20", "9.00"]


def test_no_channel_undercuts_a_protected_one(shop: Any) -> None:
    shop.policy("p", strategy=[MATCH, KEEP], guardrails={"protect_channels": ["store:1"]})
    shop.product(channels={"web": {}, "store:1": {"price": "9.50"}})
    shop.competitor("8.00", channel="web")
    assert shop.prices() == ["9.50"]


def test_a_margin_that_costs_outgrew_moves_the_price_by_itself(shop: Any) -> None:
    shop.policy("p", strategy=[KEEP], guardrails={"minimum_margin": "20%"})
    shop.product(cost="4.00")
    assert shop.prices() == []
    shop.now += 1
    shop.product(cost="9.00")
    assert shop.prices() == ["11.25"]


def test_channels_follow_a_protected_one_that_rises_alone(shop: Any) -> None:
    shop.policy("p", strategy=[KEEP], guardrails={"protect_channels": ["store:1"]})
    shop.product(channels={"web": {}, "store:1": {}})
    shop.control("set_price", sku="a", channel="store:1", price="12.00")
    shop.tick(1)
    found = {change["channel"]: change["price"] for change in shop.changes}
    assert found == {"store:1": "12.00", "web": "12.00"}


def test_breaks_of_a_channel_follow_a_protected_one_that_falls_alone(shop: Any) -> None:
    halves = [{"segment": "b2b", "breaks": [{"minimum_quantity": 5, "discount": "50%"}]}]
    rails = {"protect_channels": ["store:1"]}
    shop.policy("p", strategy=[KEEP], guardrails=rails, segments=halves)
    shop.product(channels={"web": {}, "store:1": {"price": "9.00"}})
    shop.control("set_price", sku="a", channel="store:1", price="7.00")
    shop.tick(1)
    web = [offer for offer in shop.topic("price-offers") if offer["channel"] == "web"]
    assert [offer["price"] for offer in web] == ["9.00", "7.00"]
