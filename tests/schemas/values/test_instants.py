"""Instants: RFC 3339 or epoch milliseconds in, one canonical text out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.values.instants import EARLIEST, LATEST, to_ms, to_text

instants = st.integers(EARLIEST, LATEST)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(instants)
def test_text_survives_the_round_trip(ms: int) -> None:
    assert to_ms(to_text(ms)) == ms
    assert to_text(ms).endswith("Z")
    assert ("." in to_text(ms)) == (ms % 1000 != 0)


@given(instants)
def test_text_is_what_the_standard_library_says(ms: int) -> None:
    moment = EPOCH + timedelta(milliseconds=ms)
    assert datetime.fromisoformat(to_text(ms)) == moment


@given(
    st.datetimes(datetime(1980, 1, 2), datetime(2099, 12, 30)),
    st.integers(-23 * 60, 23 * 60),
    st.sampled_from(["T", "t", " "]),
    st.sampled_from(["seconds", "milliseconds", "microseconds"]),
)
def test_any_offset_and_precision_is_read(
    moment: datetime, offset: int, letter: str, precision: str
) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    text = aware.isoformat(sep=letter, timespec=precision)
    seconds = datetime.fromisoformat(text) - EPOCH
    assert to_ms(text) == seconds // timedelta(milliseconds=1)


@given(instants)
def test_epoch_milliseconds_pass_whole_floats_included(ms: int) -> None:
    assert to_ms(ms) == ms
    assert to_ms(float(ms)) == ms


def test_a_leap_second_is_the_start_of_the_next_minute() -> None:
    assert to_text(to_ms("2016-12-31T23:59:60Z")) == "2017-01-01T00:00:00Z"


def test_digits_below_the_millisecond_are_cut() -> None:
    assert to_text(to_ms("2024-05-01T12:00:00.123999999Z")) == "2024-05-01T12:00:00.123Z"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "2024-05-01",
        "2024-05-01T12:00:00",
        "2024-05-01T12:00Z",
        "2024-02-30T12:00:00Z",
        "2024-13-01T12:00:00Z",
        "2024-05-01T24:00:00Z",
        "2024-05-01T12:60:00Z",
        "2024-05-01T12:00:61Z",
        "2024-05-01T12:00:00+24:00",
        "2024-05-01T12:00:00+02:60",
        "2024-05-01T12:00:00+0200",
        "2024-05-01T12:00:00.Z",
        "2024-05-01T12:00:00,5Z",
        "２０24-05-01T12:00:00Z",
        "2024-05-01T12:00:0٣Z",
        "2024-05-01T12:00:00 Z",
        "2024-05-01T12:00:00Z" + "0" * 80,
        "1714564800000",
        1714564800000.5,
        float("nan"),
        float("inf"),
        True,
        None,
        [],
    ],
)
def test_whatever_is_no_instant_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not"):
        to_ms(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", ["1979-12-31T23:59:59.999Z", "2100-01-01T00:00:00.001Z", "0001-01-01T00:00:00Z", 0, -1]
)
def test_absurd_dates_are_out_of_range(value: str | int) -> None:
    with pytest.raises(ValueError, match="time out of range"):
        to_ms(value)


def test_seconds_taken_for_milliseconds_get_a_hint() -> None:
    with pytest.raises(ValueError, match="epoch milliseconds"):
        to_ms(1714564800)


@given(st.text(max_size=40))
def test_any_text_is_read_as_the_standard_library_does_or_refused(text: str) -> None:
    try:
        ms = to_ms(text)
    except ValueError:
        return
    assert ms == (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)
