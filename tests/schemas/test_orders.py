"""What an order may say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest


@pytest.mark.parametrize("price", ["12.99", 12.99])
def test_a_price_is_exact_as_text_or_number(changed: Any, price: Any) -> None:
    order = changed("orders", lambda o: o["lines"][0].update(unit_price=price))
    assert order.lines[0].unit_price == Decimal("12.99")


def test_a_free_line_is_a_line(changed: Any) -> None:
    order = changed("orders", lambda o: o["lines"][0].update(unit_price="-0.00"))
    assert str(order.lines[0].unit_price) == "0.00"


def test_a_whole_float_is_a_quantity(changed: Any) -> None:
    assert changed("orders", lambda o: o["lines"][0].update(quantity=2.0)).lines[0].quantity == 2


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("quantity", 0, "greater than or equal to 1"),
        ("quantity", -1, "greater than or equal to 1"),
        ("quantity", 1.5, "should be a whole number, not "),
        ("quantity", "2", "should be a whole number, not "),
        ("quantity", True, "should be a whole number, not "),
        ("quantity", 10**13, "less than or equal"),
        ("unit_price", -0.01, "-0.01 is negative"),
        ("unit_price", "-1", "-1 is negative"),
        ("unit_price", "1,50", "'1,50' is not a decimal amount"),
        ("unit_price", "NaN", "'NaN' is not a decimal amount"),
        ("unit_price", True, "true is not an amount"),
        ("unit_price", "99999999999999", "beyond any amount"),
        ("sku", "", "at least 1 character"),
        ("sku", 12345, "should be text, not 12345"),
    ],
)
def test_a_wrong_line_is_refused_with_its_path(
    error_of: Any, field: str, value: Any, reason: str
) -> None:
    error = error_of("orders", lambda o: o["lines"][1].update({field: value}))
    assert error.startswith(f"lines[1].{field}: ")
    assert reason in error


def test_an_order_has_lines_a_known_currency_and_a_known_status(error_of: Any) -> None:
    assert error_of("orders", lambda o: o.update(lines=[])) == "lines: needs at least one entry"
    assert error_of("orders", lambda o: o.update(currency="usd")) == (
        "currency: 'usd' is not an active ISO 4217 currency code"
    )
    assert error_of("orders", lambda o: o.update(status="shipped")).startswith("status: ")


def test_all_errors_are_told_at_once(error_of: Any) -> None:
    error = error_of("orders", lambda o: (o.update(currency="??"), o["lines"][0].pop("sku")))
    assert error == (
        "currency: '??' is not an active ISO 4217 currency code; lines[0].sku: required, but absent"
    )
