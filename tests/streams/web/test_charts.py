"""What charts show, and how their axes are written."""

from __future__ import annotations

import re
from typing import Any

import pytest

from schemas.values.instants import DAY, HOUR
from streams.web.charts.models import calibration
from streams.web.charts.offer import timeline
from streams.web.charts.shop import margin_by_day
from streams.web.store.sales_reading import whole_days
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


@pytest.mark.parametrize(
    ("sizes", "axis"),
    [((0.19, 0.7, 9, 80), ["0.1", "1", "10", "100"]), ((2, 3, 8), ["1", "2", "5", "10"])],
)
def test_sizes_of_forecasts_are_told_by_round_numbers(sizes: Any, axis: list[str]) -> None:
    rows = [{"forecast": size, "units": size, "forecasts": 9} for size in sizes]
    texts = re.findall("<text[^>]*>([^<]+)</text>", calibration(rows, Figures()))
    assert [text for text in axis if texts.count(text) < 2] == []
    assert {text for text in texts if text[0].isdigit()} == set(axis)


def test_a_day_without_stock_is_marked_though_nothing_was_sold() -> None:
    observed = [
        {
            "start": START + n * DAY,
            "end": START + (n + 1) * DAY,
            "units": 0.0 if n in (3, 4) else 5.0,
            "stocked_out": n in (3, 4),
            "price": 200,
            "competitor_price": None,
            "promotion_id": None,
        }
        for n in range(8)
    ]
    drawn = timeline([], observed, "EUR", START + 8 * DAY, Figures())
    heights = re.findall(r'then out of stock"[^>]* d="[^"h]*h[\d.]+v([\d.]+)', drawn)
    assert [float(height) for height in heights if float(height)] == [90.0, 90.0]


def test_a_day_that_is_not_over_does_not_look_like_a_bad_one() -> None:
    told = sales(5)
    assert whole_days(told, START + 5 * DAY) == told
    assert whole_days(told, START + 5 * DAY - 1) == told[:4]
    # of the newest day, only offers that are counted by the hour have been heard of
    early = [*told, {**told[-1], "day": START + 5 * DAY, "longest": HOUR}]
    assert whole_days(early, START + 6 * DAY) == told
    hourly = [{**each, "longest": HOUR} for each in told]
    assert whole_days(hourly, START + 5 * DAY) == hourly
    assert whole_days(told[:1], START + HOUR) == []
