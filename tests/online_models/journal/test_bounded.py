"""What an event may claim of its time."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from online_models.journal.batch import Batch, BatchBuilder, Kind, SourcePartition, Watermark
from online_models.journal.bounded import LEAD, UNKNOWN, bounded

APPENDED = 1_700_006_400_000
DAY = 86_400_000
CLICKS = SourcePartition("clickstream", 0)


def batch(*times: int, mark: int = APPENDED) -> Batch:
    rows = BatchBuilder()
    for i, time in enumerate(times):
        rows.add(Kind.CLICK, time, CLICKS, offset=i)
    return rows.batch([Watermark(CLICKS, mark, False)])


@pytest.mark.parametrize("ahead", [LEAD + 1, 23 * 60 * 60_000, 400 * DAY])
def test_no_time_is_further_ahead_of_its_writing_than_the_lead(ahead: int) -> None:
    found = bounded(batch(APPENDED - 1, APPENDED + ahead, mark=APPENDED + ahead), APPENDED)
    assert found.time.tolist() == [APPENDED - 1, APPENDED + LEAD]
    assert found.watermarks == [Watermark(CLICKS, APPENDED + LEAD, False)]


def test_history_stays_as_it_is() -> None:
    events = batch(0, APPENDED - 4000 * DAY, APPENDED + LEAD)
    assert bounded(events, APPENDED) is events


@pytest.mark.parametrize("appended", [UNKNOWN, 0, 17])
def test_what_is_no_append_time_bounds_nothing(appended: int) -> None:
    events = batch(APPENDED + 400 * DAY)
    assert bounded(events, appended) is events


def test_all_else_stays() -> None:
    events = batch(APPENDED + DAY)
    found = bounded(events, APPENDED)
    for each in fields(Batch):
        if each.name not in ("time", "watermarks"):
            assert np.array_equal(getattr(found, each.name), getattr(events, each.name))
