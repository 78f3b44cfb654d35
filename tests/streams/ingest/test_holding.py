"""What may wait on its way to the journal waits, and nothing is lost or overtaken."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from online_models.journal.batch import Batch, BatchBuilder, Kind, SourcePartition, Watermark
from streams.ingest.holding import ENOUGH, PATIENCE, Holding

START = 1_700_006_400_000
SOURCES = {
    Kind.ORDER: SourcePartition("orders", 0),
    Kind.CLICK: SourcePartition("clickstream", 0),
    Kind.COMPETITOR_PRICE: SourcePartition("competitor-prices", 0),
}


def batch(*events: tuple[Kind, int], marks: list[Watermark] | None = None) -> Batch:
    rows = BatchBuilder()
    for kind, offset in events:
        rows.add(kind, START, SOURCES[kind], offset=offset, sku=rows.text(f"sku-{offset % 7}"))
    return rows.batch(marks)


def told(batches: list[Batch]) -> list[tuple[SourcePartition, int, str]]:
    """Source, offset and SKU of each event."""
    return [
        (b.sources[source], offset, b.texts[sku])
        for b in batches
        for source, offset, sku in zip(b.source, b.offset.tolist(), b.sku, strict=True)
    ]


def test_orders_and_clicks_wait_for_what_needs_them() -> None:
    holding = Holding()
    order, click = batch((Kind.ORDER, 1)), batch((Kind.CLICK, 5))
    assert holding.add(3, order, 0.0) == []
    assert holding.add(3, click, 0.01) == []
    competitor = batch((Kind.COMPETITOR_PRICE, 2))
    (together,) = holding.add(3, competitor, 0.02)
    assert told([together]) == told([order, click, competitor])
    assert not holding


def test_what_another_partition_needs_goes_on_waiting() -> None:
    holding = Holding()
    holding.add(3, batch((Kind.ORDER, 1)), 0.0)
    assert len(holding.add(4, batch((Kind.COMPETITOR_PRICE, 2)), 0.0)) == 1
    assert holding


def test_nothing_waits_longer_than_it_may_and_what_waits_goes_together() -> None:
    holding = Holding()
    holding.add(0, batch((Kind.ORDER, 1)), 0.0)
    holding.add(1, batch((Kind.ORDER, 2)), PATIENCE / 2)
    holding.add(0, batch((Kind.ORDER, 3)), PATIENCE / 2)
    assert list(holding.due(PATIENCE * 0.9)) == []
    released = {p: [offset for _, offset, _ in told(b)] for p, b in holding.due(PATIENCE)}
    assert released == {0: [1, 3], 1: [2]}
    assert not holding


def test_a_tick_stands_by_itself_behind_what_it_covers() -> None:
    holding = Holding()
    holding.add(0, batch((Kind.ORDER, 1)), 0.0)
    ticked = batch((Kind.ORDER, 2), marks=[Watermark(SOURCES[Kind.ORDER], START, False)])
    assert [len(b.watermarks) for b in holding.add(0, ticked, 0.0)] == [0, 1]


def test_plenty_does_not_wait() -> None:
    plenty = batch(*[(Kind.ORDER, offset) for offset in range(ENOUGH)])
    assert told(Holding().add(0, plenty, 0.0)) == told([plenty])


def test_what_is_read_again_after_a_rebalance_is_not_joined_with_itself() -> None:
    holding = Holding()
    holding.add(0, batch((Kind.ORDER, 1), (Kind.ORDER, 2)), 0.0)
    holding.add(0, batch((Kind.ORDER, 2)), 0.0)
    ((_, batches),) = holding.all()
    assert [[offset for _, offset, _ in told([b])] for b in batches] == [[1, 2], [2]]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.lists(st.sampled_from(list(SOURCES)), min_size=1, max_size=5),
            st.floats(0, PATIENCE),
        ),
        max_size=30,
    )
)
def test_each_partition_gets_all_its_events_in_order(
    rounds: list[tuple[int, list[Kind], float]],
) -> None:
    holding = Holding()
    given_in: dict[int, list[Batch]] = defaultdict(list)
    written: dict[int, list[Batch]] = defaultdict(list)
    now, offset = 0.0, 0
    for partition, kinds, gap in rounds:
        now += gap
        part = batch(*[(kind, offset := offset + 1) for kind in kinds])
        given_in[partition].append(part)
        written[partition] += holding.add(partition, part, now)
        for late, batches in holding.due(now):
            written[late] += batches
    for partition, batches in holding.all():
        written[partition] += batches
    assert not holding
    assert {p: told(b) for p, b in written.items()} == {p: told(b) for p, b in given_in.items()}
