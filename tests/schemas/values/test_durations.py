"""ISO 8601 durations, exact to the millisecond."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.values.durations import LONGEST, to_ms, to_text


@given(st.integers(0, LONGEST))
def test_text_survives_the_round_trip(ms: int) -> None:
    assert to_ms(to_text(ms)) == ms


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("PT1H", 3_600_000),
        ("P30D", 2_592_000_000),
        ("P2W", 1_209_600_000),
        ("P1DT12H", 129_600_000),
        ("PT90M", 5_400_000),
        ("PT0.5S", 500),
        ("PT1,250S", 1250),
        ("PT0S", 0),
        ("PT24H", 86_400_000),
        ("P0D", 0),
        ("PT1.2500000S", 1250),
    ],
)
def test_usual_forms_are_read(text: str, ms: int) -> None:
    assert to_ms(text) == ms


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("P1Y", "years or months"),
        ("P1M", "years or months"),
        ("P1Y2M3DT4H", "years or months"),
        ("-PT1H", "negative"),
        ("PT0.0005S", "finer than a millisecond"),
        ("P40000D", "longer than a hundred years"),
        ("P", "not an ISO 8601"),
        ("PT", "not an ISO 8601"),
        ("P1DT", "not an ISO 8601"),
        ("1H", "not an ISO 8601"),
        ("PT1.5H", "not an ISO 8601"),
        ("P1W2D", "not an ISO 8601"),
        ("PT1H ", "not an ISO 8601"),
        ("pt1h", "not an ISO 8601"),
        ("", "not an ISO 8601"),
        (3600, "expected ISO 8601"),
        (None, "expected ISO 8601"),
    ],
)
def test_what_is_no_such_duration_is_refused_with_the_reason(value: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        to_ms(value)  # type: ignore[arg-type]


@given(st.text("PT0123456789WDHMSY.,-", max_size=12))
def test_near_misses_are_refused_or_canonical(text: str) -> None:
    try:
        ms = to_ms(text)
    except ValueError:
        return
    assert to_ms(to_text(ms)) == ms
