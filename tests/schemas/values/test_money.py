"""Money is exact from text or number to minor units and back."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.values.limits import LARGEST_AMOUNT
from schemas.values.money import (
    MINOR_DIGITS,
    Amounts,
    minor_digits,
    rescaled,
    scaled,
    texts,
    to_decimal,
    to_minor,
    to_text,
)

currencies = st.sampled_from(sorted(MINOR_DIGITS))
amounts = st.integers(-LARGEST_AMOUNT, LARGEST_AMOUNT)


def by_decimal(number: Decimal, digits: int) -> int:
    exact = number.scaleb(digits, Context(prec=400))
    return int(exact.to_integral_value(ROUND_HALF_EVEN, Context(prec=400)))


@given(amounts, currencies)
def test_text_survives_the_round_trip(minor: int, currency: str) -> None:
    assert to_minor(to_text(minor, currency), currency) == minor


@given(amounts, currencies)
def test_a_json_number_means_what_was_written(minor: int, currency: str) -> None:
    """A double carries every accepted amount, since none has more than 16 digits."""
    assert to_minor(float(to_text(minor, currency)), currency) == minor


@given(amounts, st.integers(0, 4))
def test_a_number_equals_its_shortest_decimal(amount: int, digits: int) -> None:
    number = amount / 10**digits
    try:
        expected = by_decimal(Decimal(repr(number)), 2)
    except ValueError:
        expected = None
    if expected is not None:
        assert scaled(number, 2) == expected


@given(st.floats(-1e13, 1e13), st.integers(0, 4))
def test_any_double_is_rounded_half_even_from_its_shortest_decimal(
    number: float, digits: int
) -> None:
    expected = by_decimal(Decimal(repr(number)), digits)
    if abs(number) <= LARGEST_AMOUNT:
        assert scaled(number, digits) == expected


@given(st.decimals(-LARGEST_AMOUNT, LARGEST_AMOUNT, places=6), currencies)
def test_surplus_decimals_are_rounded_half_to_even(number: Decimal, currency: str) -> None:
    expected = by_decimal(number, minor_digits(currency))
    assert to_minor(f"{number:f}", currency) == expected
    assert to_minor(number, currency) == expected


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("0", 0),
        ("-0.00", 0),
        (".99", 99),
        ("5.", 500),
        ("+5", 500),
        ("1e2", 10000),
        ("1.0E-2", 1),
        ("0.125", 12),
        ("0.135", 14),
        ("000012.99", 1299),
        ("0.005000000000000000000000000001", 1),
    ],
)
def test_usual_forms_of_decimals_are_read(text: str, minor: int) -> None:
    assert to_minor(text, "USD") == minor


@pytest.mark.parametrize(
    "value",
    [
        "",
        " 1",
        "1 ",
        "1,299.00",
        "12,99",
        "NaN",
        "inf",
        "-Infinity",
        "1_000",
        "٣",
        "0x10",
        "1e",
        "1e9999",
        "1e15",
        "9" * 65,
        "$5",
        "--1",
        ".",
        float("nan"),
        float("inf"),
        float("-inf"),
        1e15,
        10**15,
        10**400,
        Decimal("NaN"),
        True,
        None,
        [1],
    ],
)
def test_whatever_is_no_amount_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        to_minor(value, "USD")  # type: ignore[arg-type]


def test_the_largest_amount_is_the_bound() -> None:
    assert to_minor("100000000000.00", "USD") == 100 * LARGEST_AMOUNT
    for beyond in ("100000000000.001", "100000000000.01", LARGEST_AMOUNT + 1, 1.1e11):
        with pytest.raises(ValueError, match="beyond any amount"):
            to_minor(beyond, "USD")
    assert to_minor(LARGEST_AMOUNT, "JPY") == LARGEST_AMOUNT


@pytest.mark.parametrize("code", ["usd", "XXX", "", "EURO", "HRK"])
def test_an_unknown_currency_is_named(code: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        to_minor("1", code)
    with pytest.raises(ValueError, match="ISO 4217"):
        to_text(1, code)


def test_the_table_holds_known_exceptions() -> None:
    exceptions = {"JPY": 0, "ISK": 0, "KRW": 0, "KWD": 3, "TND": 3, "CLF": 4}
    usual = {"USD": 2, "EUR": 2, "HUF": 2, "TWD": 2, "CNY": 2}
    for code, digits in {**exceptions, **usual}.items():
        assert minor_digits(code) == digits
    assert len(MINOR_DIGITS) == 166
    assert all(len(code) == 3 and code.isupper() for code in MINOR_DIGITS)


@given(st.lists(amounts), currencies)
def test_many_texts_equal_one_by_one(minor: list[int], currency: str) -> None:
    assert texts(minor, minor_digits(currency)) == [to_text(amount, currency) for amount in minor]


@given(amounts, st.integers(0, 4), st.integers(0, 4))
def test_rescaling_equals_the_decimal_and_widening_loses_nothing(
    amount: int, digits: int, other: int
) -> None:
    assert rescaled(amount, digits, other) == by_decimal(Decimal(amount).scaleb(-digits), other)
    if other >= digits:
        assert rescaled(rescaled(amount, digits, other), other, digits) == amount


def test_what_is_remembered_is_bounded_and_stays_exact() -> None:
    amounts_seen = Amounts(2)
    for cents in range(70_000):
        assert amounts_seen[f"{cents // 100}.{cents % 100:02d}"] == cents
    assert len(amounts_seen) <= 1 << 15


@given(st.text(max_size=80))
def test_any_text_is_read_exactly_or_refused(text: str) -> None:
    try:
        number = to_decimal(text)
    except ValueError:
        return
    assert number == Decimal(text)
    assert abs(number) <= LARGEST_AMOUNT
