"""What charts show, and how their axes are written."""

from __future__ import annotations

import re
from typing import Any

import pytest

from schemas.values.instants import DAY
from streams.web.charts.shop import margin_by_day
from streams.web.words.figures import Figures

START = 1_709_251_200_000  # 1 March 2024


def sales(days: int) -> list[dict[str, Any]]:
    return [
        {"day": START + n * DAY, "revenue": 400_000 + n, "margin": 90_000, "longest": DAY}
        for n in range(days)
    ]


@pytest.mark.parametrize(
    ("locale", "number", "month"),
    [("en", "4,000", "Mar"), ("de_DE", "4.000", "März"), ("fr", "4\u202f000", "mars")],
)
def test_axes_have_the_locales_numbers_and_months(locale: str, number: str, month: str) -> None:
    drawn = margin_by_day(sales(20), "EUR", Figures(locale))
    texts = re.findall("<text[^>]*>([^<]+)</text>", drawn)
    assert number in texts
    assert f"9 {month}" in texts
