"""Quantity breaks that are learnt: published, explained, and what a quote begins from."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from online_models.pricing.explanation.recompute import recompute
from schemas.topics import decode

HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture(name="busy", scope="module")
def fixture_busy(new_shop: Any) -> Any:
    """Three weeks of a shop whose wholesale customers order 3 or 60 units."""
    segment = {"segment": "b2b", "optimise_breaks": {"largest_discount": "20%"}, "quotes": {}}
    shop = new_shop(
        {
            "policy_id": "p",
            "strategy": [{"kind": "match_competitor"}, {"kind": "keep"}],
            "explore": {"kind": "thompson"},
            "guardrails": {"minimum_margin": "20%"},
            "segments": [segment],
        }
    )
    shop.product()
    for day in range(21):
        for i, quantity in enumerate([3, 3, 60, 60]):
            shop.now += 1
            line = {"sku": "a", "quantity": quantity, "unit_price": "9.00"}
            order = {"order_id": f"{day}-{i}", "time": shop.now, "currency": "USD"}
            shop.send("orders", order | {"segment": "b2b", "lines": [line]})
        shop.tick(DAY)
    return shop


def test_breaks_are_explained_to_the_cent_and_keep_the_guardrails(busy: Any) -> None:
    offers = busy.topic("price-offers")
    assert {offer["minimum_quantity"] for offer in offers} == {1, 40}
    for offer in offers:
        decode("price-offers", json.dumps(offer).encode())
        assert recompute(offer["explanation"], "USD") == offer["price"]
        assert Decimal("5.00") <= Decimal(offer["price"]) <= Decimal("10.00")


def test_a_quote_begins_at_the_break_of_its_quantity(busy: Any) -> None:
    latest = {o["minimum_quantity"]: o["price"] for o in busy.topic("price-offers")}
    assert Decimal(latest[40]) < Decimal("10.00")
    (said,) = busy.send(
        "quote-requests",
        {"quote_id": "q", "currency": "USD", "lines": [{"sku": "a", "quantity": 50}]},
        timestamp=busy.now,
    )
    (line,) = said["value"]["lines"]
    entitled = next(step for step in line["explanation"] if step["rule"] == "entitled")
    assert entitled["output"] == latest[40]
    assert recompute(line["explanation"], "USD") == line["unit_price"]


def test_a_new_public_price_renews_the_breaks(busy: Any) -> None:
    before = len(busy.topic("price-offers"))
    busy.competitor("8.00")
    renewed = busy.topic("price-offers")[before:]
    assert {offer["minimum_quantity"] for offer in renewed} == {1, 40}
    assert all(Decimal(offer["price"]) <= Decimal("8.00") for offer in renewed)


def test_breaks_follow_the_cost_and_end_with_their_segment(new_shop: Any) -> None:
    segment = {"segment": "b2b", "breaks": [{"minimum_quantity": 10, "discount": "20%"}]}
    rails = {"minimum_margin": "20%"}
    policy = {"strategy": [{"kind": "keep"}], "guardrails": rails}
    shop = new_shop()
    shop.policy(**policy, segments=[segment])
    shop.product()
    assert [offer["price"] for offer in shop.topic("price-offers")] == ["8.00"]
    shop.product(cost="7.00")
    assert [offer["price"] for offer in shop.topic("price-offers")] == ["8.00", "8.75"]
    shop.product(cost="7.00", brand="acme")
    assert len(shop.topic("price-offers")) == 2
    shop.policy(**policy, version=2)
    over = shop.topic("price-offers")[-1]
    assert (over["price"], over["valid_until"]) == ("10.00", over["time"])
    assert over["decision_id"] == shop.last["decision_id"]
    shop.policy(**policy, version=3)
    assert len(shop.topic("price-offers")) == 3
    for offer in shop.topic("price-offers"):
        assert recompute(offer["explanation"], "USD") == offer["price"]


def test_breaks_end_in_the_shadow_and_contracts_go_on(new_shop: Any) -> None:
    segment = {"segment": "b2b", "breaks": [{"minimum_quantity": 10, "discount": "20%"}]}
    shop = new_shop()
    shop.policy(strategy=[{"kind": "keep"}], segments=[segment])
    shop.product()
    shop.product(sku="b")
    promise = {"contract_id": "frame", "sku": "b", "price": "7.00", "currency": "USD"}
    promise |= {"customer_id": "c-7", "valid_from": shop.now}
    shop.send("contract-prices", promise, timestamp=shop.now)
    shop.tick(HOUR)
    before = len(shop.topic("price-offers"))
    assert before == 3
    shop.policy(strategy=[{"kind": "keep"}], segments=[segment], version=2, shadow=True)
    ends = {offer["sku"]: offer for offer in shop.topic("price-offers")[before:]}
    assert len(ends) == len(shop.topic("price-offers")) - before == 2
    assert ends["a"]["valid_until"] == ends["a"]["time"]
    assert (ends["b"]["price"], ends["b"]["contract_id"]) == ("7.00", "frame")
    last = {d["sku"]: d["decision_id"] for d in shop.topic("price-decisions")}
    assert {sku: offer["decision_id"] for sku, offer in ends.items()} == last
    for hours in range(30):
        shop.tick((2 + hours) * HOUR)
    shop.product(cost="9.00")
    assert len(shop.topic("price-offers")) == before + 2
    shop.policy(strategy=[{"kind": "keep"}], segments=[segment], version=3)
    again = shop.topic("price-offers")[before + 2 :]
    assert sorted((o["sku"], o.get("minimum_quantity")) for o in again) == [
        ("a", 10),
        ("b", 1),
        ("b", 10),
    ]
