"""Rivals' prices, clicks, products, stock, promotions and acknowledgements."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest


@pytest.mark.parametrize("confidence", [-0.01, 1.01, "0.9", True])
def test_match_confidence_is_a_probability(error_of: Any, confidence: Any) -> None:
    error = error_of("competitor-prices", lambda c: c.update(match_confidence=confidence))
    assert error.startswith("match_confidence: ")


def test_a_rival_is_in_stock_and_certain_unless_told_otherwise(changed: Any) -> None:
    price = changed("competitor-prices", lambda c: (c.pop("in_stock"), c.pop("match_confidence")))
    assert (price.in_stock, price.match_confidence) == (True, 1.0)
    assert (
        changed("competitor-prices", lambda c: c.update(match_confidence=1)).match_confidence == 1
    )


def test_shipping_is_an_amount_too(error_of: Any) -> None:
    assert error_of("competitor-prices", lambda c: c.update(shipping=-1)) == (
        "shipping: -1 is negative"
    )
    assert error_of("competitor-prices", lambda c: c.update(shipping=1e14)).startswith("shipping: ")


@pytest.mark.parametrize("count", [0, -3, 1.5, "7"])
def test_a_click_counts_at_least_once(error_of: Any, count: Any) -> None:
    assert error_of("clickstream", lambda c: c.update(count=count)).startswith("count: ")


def test_a_click_is_one_of_four_actions(error_of: Any) -> None:
    assert error_of("clickstream", lambda c: c.update(action="buy")).startswith("action: ")


@pytest.mark.parametrize("rate", ["19%", 0.19, "0.19"])
def test_a_tax_rate_is_exact_however_written(changed: Any, rate: Any) -> None:
    assert changed("products", lambda p: p.update(tax_rate=rate)).tax_rate == Decimal("0.19")


def test_a_tax_rate_is_not_negative_and_none_by_default(error_of: Any, changed: Any) -> None:
    assert error_of("products", lambda p: p.update(tax_rate=-0.1)) == "tax_rate: -0.1 is negative"
    assert changed("products", lambda p: p.pop("tax_rate")).tax_rate == 0


def test_fees_and_listings_are_by_channel(changed: Any, error_of: Any) -> None:
    product = changed("products", lambda p: p.update(fees={"web": {"rate": 0.1}}))
    assert (product.fees["web"].rate, product.fees["web"].fixed) == (Decimal("0.1"), 0)
    assert product.channels["web"].listed
    error = error_of("products", lambda p: p.update(channels={"web": {"price": "x"}}))
    assert error == "channels.web.price: 'x' is not a decimal amount"


def test_an_amount_too_large_for_the_currency_names_its_field(error_of: Any) -> None:
    def change(product: dict[str, Any]) -> None:
        product["fees"]["marketplace:amazon"]["fixed"] = "99999999999999"

    assert error_of("products", change).startswith("fees.marketplace:amazon.fixed: ")


def test_stock_is_counted_and_never_negative(error_of: Any) -> None:
    assert error_of("inventory", lambda i: i.update(on_hand=-1)).startswith("on_hand: ")
    error = error_of("inventory", lambda i: i["inbound"][0].update(quantity=0))
    assert error.startswith("inbound[0].quantity: ")


def test_a_promotion_ends_after_it_starts(error_of: Any) -> None:
    error = error_of("promotions", lambda p: p.update(ends_at=p["starts_at"]))
    assert error == "ends_at must be after starts_at"


@pytest.mark.parametrize(
    ("discount", "reason"),
    [
        ({}, "has none"),
        ({"percent": "5%", "price": 1}, "has percent and price"),
        ({"percent": None, "amount": None}, "has none"),
    ],
)
def test_a_discount_is_exactly_one_of_three(error_of: Any, discount: Any, reason: str) -> None:
    error = error_of("promotions", lambda p: p.update(discount=discount))
    assert error.startswith("discount: needs exactly one of percent, amount or price")
    assert error.endswith(reason)


def test_twenty_is_no_percentage(error_of: Any) -> None:
    error = error_of("promotions", lambda p: p.update(discount={"percent": 20}))
    assert error == (
        'discount.percent: 20 is outside 0 … 1 (write "20%" or 0.2 for twenty per cent)'
    )


def test_a_discount_of_nothing_is_an_advertisement(changed: Any) -> None:
    assert changed("promotions", lambda p: p.update(discount={"percent": 0})).discount.percent == 0


def test_an_ack_is_applied_or_rejected(error_of: Any, changed: Any) -> None:
    assert error_of("price-acks", lambda a: a.update(status="seen")).startswith("status: ")
    assert changed("price-acks", lambda a: a.pop("channel")).channel == "web"
