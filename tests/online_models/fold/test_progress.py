"""What was seen before is passed over: by offset, and by `event_id`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from online_models.fold.state import FoldSettings
from online_models.journal.batch import BatchBuilder, Kind, SourcePartition
from online_models.journal.source_progress import IDENTITY_WINDOW, SourceProgress

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY
Fold = Callable[..., Any]
OFFSETS = st.integers(0, 5)


def opened(journal: Any) -> Any:
    for sku in "ab":
        journal.product(sku)
    journal.tick(START)
    return journal


def units(result: Any, sku: str = "a") -> int:
    return sum(v["units"] for v in result.values("demand-observations", sku=sku))


def test_a_batch_that_comes_twice_counts_once(journal: Any, run: Fold) -> None:
    opened(journal).lines(START, [("a", 2, 1000), ("a", 3, 1000)])
    journal.click(START)
    first = journal.batch()
    result = run(first, window_ms=HOUR)
    result.feed(first)
    journal.tick(START + 3 * HOUR)
    result.feed(journal.batch())
    assert units(result) == 5
    assert result.values("demand-observations")[0]["views"] == 1


@given(st.data())
def test_offsets_count_as_if_events_came_one_by_one(data: st.DataObject) -> None:
    event = st.tuples(
        st.sampled_from([None, SourcePartition("orders", 0), SourcePartition("orders", 1)]), OFFSETS
    )
    progress, highest = SourceProgress(), dict[SourcePartition, int]()
    for events in data.draw(st.lists(st.lists(event, min_size=1, max_size=20), max_size=3)):
        rows = BatchBuilder()
        for source, offset in events:
            rows.add(Kind.CLICK, START, source, offset=offset)
        before = dict(highest)
        expected = [s is None or offset > before.get(s, -1) for s, offset in events]
        for source, offset in events:
            if source is not None:
                highest[source] = max(offset, highest.get(source, -1))
        assert progress.fresh(rows.batch()).tolist() == expected
        assert progress.offsets == highest


def test_an_event_id_counts_once_for_all_lines_of_its_record(journal: Any, run: Fold) -> None:
    opened(journal)
    for _ in range(2):
        journal.lines(START, [("a", 2, 1000), ("b", 3, 1000), ("a", 1, 900)], event_id="e")
    journal.tick(START + 3 * HOUR)
    result = run(journal, window_ms=HOUR)
    assert (units(result, "a"), units(result, "b")) == (3, 3)
    assert result.fold.state.progress.duplicates == 3


@pytest.mark.parametrize(("gap", "counted"), [(IDENTITY_WINDOW, 1), (IDENTITY_WINDOW + 1, 2)])
def test_an_event_id_is_remembered_for_seven_days_of_event_time(
    journal: Any, run: Fold, gap: int, counted: int
) -> None:
    opened(journal).order(START, event_id="e")
    journal.order(START + gap, event_id="e")
    journal.tick(START + gap + 3 * DAY)
    assert units(run(journal)) == counted


def test_an_event_id_is_its_topics_own(journal: Any, run: Fold) -> None:
    opened(journal).order(START, event_id="orders/e")
    journal.order(START, event_id="clickstream/e")
    journal.tick(START + 3 * HOUR)
    assert units(run(journal, window_ms=HOUR)) == 2


def test_identities_out_of_the_window_take_no_memory(journal: Any, run: Fold) -> None:
    opened(journal)
    for day in range(30):
        journal.order(START + day * DAY, event_id=f"e{day}")
    kept = run(journal).fold.state.progress.identities
    assert len(kept) <= IDENTITY_WINDOW // DAY + 2


def test_a_repeat_is_known_after_a_restart(journal: Any, run: Fold, restarted: Any) -> None:
    opened(journal).order(START, event_id="e")
    result = restarted(run(journal, window_ms=HOUR))
    journal.order(START, event_id="e")
    journal.tick(START + 3 * HOUR)
    result.feed(journal.batch())
    assert units(result) == 1


def test_settings_default_to_a_day_of_lateness_for_days_and_an_hour_for_hours() -> None:
    assert FoldSettings(window_ms=DAY).allowed_lateness_ms == DAY
    assert FoldSettings(window_ms=HOUR).allowed_lateness_ms == HOUR
    assert FoldSettings(window_ms=HOUR, lateness_ms=0).allowed_lateness_ms == 0
