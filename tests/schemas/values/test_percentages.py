"""Percentages and fractions are exact decimals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.values.percentages import WHOLE, to_fraction, to_ppm, to_text

fractions = st.decimals(-1000, 1000, places=8, allow_nan=False)


@given(fractions)
def test_text_survives_the_round_trip(fraction: Decimal) -> None:
    assert to_fraction(to_text(fraction)) == fraction
    assert to_text(fraction).endswith("%")


@given(st.integers(-1000 * WHOLE, 1000 * WHOLE))
def test_parts_per_million_are_exact_however_written(ppm: int) -> None:
    fraction = Decimal(ppm).scaleb(-6)
    forms: list[str | float | Decimal] = [
        fraction, f"{fraction:f}", f"{fraction.scaleb(2):f}%", float(fraction)
    ]  # fmt: skip
    assert [to_ppm(form) for form in forms] == [ppm] * 4


def test_the_sign_makes_the_difference() -> None:
    assert to_fraction("5%") == to_fraction(0.05) == to_fraction("0.05") == Decimal("0.05")
    assert to_fraction("5") == 5


@pytest.mark.parametrize("value", ["%", "five%", "5 percent", "", "5%%", None, True, float("nan")])
def test_whatever_is_no_share_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is not a"):
        to_fraction(value)  # type: ignore[arg-type]
