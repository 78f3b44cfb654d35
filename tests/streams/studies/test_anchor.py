"""Where a recording's weeks begin."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streams.recording.entry import Entry
from streams.recording.writer import RecordingWriter
from streams.studies.observed import first_day

DAY = 86_400_000
WEEK = 7 * DAY
MONDAY = 1_700_438_400_000  # 2023-11-20


def recorded(folder: Path, starts: list[int]) -> list[Path]:
    with RecordingWriter(folder) as writer:
        for i, start in enumerate(starts):
            value = {"promotion_id": str(i), "select": {}, "discount": {"percent": "5%"}}
            value |= {"starts_at": start, "ends_at": start + WEEK}
            data = json.dumps(value).encode()
            writer.write(Entry("promotions", 0, i, str(i).encode(), data, start))
        writer.write(Entry("promotions", 0, len(starts), b"x", b"rubbish", MONDAY))
    return [folder]


@pytest.mark.parametrize("weekday", range(7))
def test_weeks_begin_where_most_promotions_do(tmp_path: Path, weekday: int) -> None:
    begin = MONDAY + weekday * DAY
    starts = [begin, begin + WEEK + 3_600_000, begin + 3 * WEEK, begin + 4 * WEEK + 2 * DAY]
    found = first_day(recorded(tmp_path, starts), WEEK, 0)
    assert found is not None
    assert (found - begin) % WEEK == 0


@pytest.mark.parametrize("ahead", [-8 * 3_600_000, 9 * 3_600_000])
def test_the_day_is_that_of_the_shop(tmp_path: Path, ahead: int) -> None:
    begin = MONDAY - ahead
    found = first_day(recorded(tmp_path, [begin + i * WEEK for i in range(4)]), WEEK, ahead)
    assert found is not None
    assert (found - begin) % WEEK == 0


def test_few_or_scattered_promotions_tell_nothing(tmp_path: Path) -> None:
    few, scattered = tmp_path / "few", tmp_path / "scattered"
    assert first_day(recorded(few, [MONDAY, MONDAY + WEEK]), WEEK, 0) is None
    assert first_day(recorded(scattered, [MONDAY + i * DAY for i in range(7)]), WEEK, 0) is None


def test_a_day_begins_at_midnight(tmp_path: Path) -> None:
    assert first_day(recorded(tmp_path, [MONDAY + 5] * 5), DAY, 0) is None
