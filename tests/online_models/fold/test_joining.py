"""What waits together may be taken together: the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from online_models.journal import joining
from online_models.journal.batch import COLUMNS, BatchBuilder, Kind, SourcePartition, Watermark

START = 1_700_006_400_000
ORDERS, CLICKS = SourcePartition("orders", 0), SourcePartition("clickstream", 0)


@given(data=st.data())
@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
def test_records_taken_together_lead_to_the_same(
    data: st.DataObject, busy_journals: Any, in_pieces: Callable[..., Any]
) -> None:
    journal = data.draw(busy_journals)
    most = data.draw(st.integers(0, 40))
    whole = in_pieces(journal, [])
    assert in_pieces(journal, range(len(journal.batch)), most=most) == whole


def batch(*offsets: int, source: SourcePartition = ORDERS, marks: Any = None) -> Any:
    rows = BatchBuilder()
    for offset in offsets:
        rows.add(Kind.ORDER, START, source, offset=offset, sku=rows.text(f"sku-{offset}"))
    return rows.batch(marks)


def test_a_repeat_is_not_joined_with_what_it_repeats() -> None:
    assert joining.run([batch(1, 2), batch(3), batch(3), batch(4)], 100) == 2
    assert joining.run([batch(1, 2), batch(1, source=CLICKS), batch(3)], 100) == 3


def test_a_batch_with_watermarks_stands_by_itself() -> None:
    marked = batch(3, marks=[Watermark(ORDERS, START, False)])
    assert joining.run([batch(1), batch(2), marked], 100) == 2
    assert joining.run([marked, batch(4)], 100) == 1


def test_no_more_than_asked_is_joined() -> None:
    assert joining.run([batch(1, 2, 3), batch(4), batch(5), batch(6)], 5) == 3
    assert joining.run([batch(1, 2, 3), batch(4, 5)], 2) == 1


def test_joined_events_keep_their_texts_and_sources() -> None:
    one = joining.join([batch(7), batch(4, 2, source=CLICKS), batch(8)])
    assert [one.texts[i] for i in one.sku] == ["sku-7", "sku-4", "sku-2", "sku-8"]
    assert [one.sources[i] for i in one.source] == [ORDERS, CLICKS, CLICKS, ORDERS]
    assert {name: getattr(one, name).dtype.str for name in COLUMNS} == {
        name: np.dtype(dtype).str for name, dtype in COLUMNS.items()
    }


def test_only_orders_and_clicks_can_wait() -> None:
    rows = BatchBuilder()
    rows.add(Kind.TICK, START)
    assert joining.can_wait(batch(1))
    assert not joining.can_wait(rows.batch())
    assert not joining.can_wait(batch(1, marks=[Watermark(ORDERS, START, False)]))
