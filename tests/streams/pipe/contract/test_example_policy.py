"""The contract's own example: endings, steps, a cooldown and a match, all at once."""

from __future__ import annotations

from typing import Any

EXAMPLE: dict[str, Any] = {
    "policy_id": "coffee",
    "version": 3,
    "status": "active",
    "priority": 10,
    "select": {"skus": [], "categories": ["food/coffee"], "channels": ["web"]},
    "objective": {"maximise": "profit", "horizon": "P30D", "sell_by": None, "minimum_units": None},
    "strategy": [
        {
            "kind": "match_competitor",
            "which": "lowest",
            "offset": "-0.01",
            "max_age": "PT24H",
            "minimum_confidence": 0.8,
            "competitors": [],
            "exclude": [],
            "include_shipping": True,
        },
        {"kind": "keep"},
    ],
    "explore": {"kind": "thompson", "budget": "1%"},
    "guardrails": {
        "minimum_price": None,
        "maximum_price": None,
        "minimum_margin": "5%",
        "respect_map": True,
        "reference_band": "30%",
        "max_step_up": "5%",
        "max_step_down": "10%",
        "cooldown": "PT1H",
        "max_changes_per_day": 4,
        "price_endings": [".99", ".49"],
        "never_above_list_price": True,
        "freeze": [],
    },
    "approval": {"required_above_step": "15%", "expires_after": "PT24H"},
    "segments": [
        {
            "segment": "b2b",
            "breaks": [{"minimum_quantity": 10, "discount": "5%"}],
            "personalise": False,
        }
    ],
}
HOUR = 3_600_000


def cents(text: str) -> int:
    return round(float(text) * 100)


def check_every_change(shop: Any, first: int) -> None:
    """Endings, steps and the band from the outside."""
    at = first
    for change in shop.changes:
        price = cents(change["price"])
        assert price % 100 in (99, 49)
        assert 0.9 * at <= price <= 1.05 * at
        assert 0.7 * first <= price <= 1.3 * first
        at = price


def test_it_follows_a_falling_rival_and_recovers_within_all_bounds(new_shop: Any) -> None:
    shop = new_shop(EXAMPLE)
    shop.product(price="14.99", cost="7.00")
    shop.competitor("12.20", shipping="0.50")
    for _ in range(48):
        shop.tick(HOUR)
    low = min(cents(price) for price in shop.prices())
    assert low == 1249
    for _ in range(48):
        shop.tick(HOUR)
    assert shop.prices()[-1] == "14.99"
    check_every_change(shop, 1499)
    assert shop.alerts("bounds_conflict") == []


def test_where_no_ending_lies_within_a_step_the_price_is_held_and_both_are_named(
    new_shop: Any,
) -> None:
    """Below 10.00 the next ending is more than 5 % above: no rise breaks neither bound."""
    shop = new_shop(EXAMPLE)
    shop.product(price="9.99", cost="4.00")
    shop.competitor("8.00")
    for _ in range(48):
        shop.tick(HOUR)
    assert shop.prices()[-1] == "7.99"
    check_every_change(shop, 999)
    conflict = shop.alerts("bounds_conflict")[0]["details"]
    assert set(conflict["bounds"]) == {"max_step_up", "price_endings"}


def test_a_wider_step_lets_the_same_price_recover(new_shop: Any) -> None:
    guardrails = EXAMPLE["guardrails"] | {"max_step_up": "7%"}
    shop = new_shop(EXAMPLE | {"guardrails": guardrails})
    shop.product(price="9.99", cost="4.00")
    shop.competitor("8.00")
    for _ in range(96):
        shop.tick(HOUR)
    assert min(shop.prices()) == "7.99"
    assert shop.prices()[-1] == "9.99"


def test_its_business_customers_pay_less_for_many_and_never_more(new_shop: Any) -> None:
    shop = new_shop(EXAMPLE)
    shop.product(price="14.99", cost="7.00")
    shop.competitor("14.00")
    offers = shop.topic("price-offers")
    shown = {d["decision_id"]: d["price"] for d in shop.decisions}
    assert offers
    for offer in offers:
        assert (offer["segment"], offer["currency"]) == ("b2b", "USD")
        assert cents(offer["price"]) <= cents(shown[offer["decision_id"]])
        assert abs(cents(offer["price"]) - 0.95 * cents(shown[offer["decision_id"]])) <= 1
