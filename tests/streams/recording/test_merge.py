from hypothesis import given
from hypothesis import strategies as st

from streams.recording.entry import Entry
from streams.recording.merge import Merge


def partition(number, timestamps):
    return [Entry("t", number, offset, None, b"1", time) for offset, time in enumerate(timestamps)]


def expected(partitions):
    keyed = []
    for entries in partitions:
        latest = -(2**63)
        for entry in entries:
            latest = max(latest, entry.timestamp)
            keyed.append((latest, entry.partition, entry.offset, entry))
    return [entry for *_, entry in sorted(keyed)]


TIMES = st.lists(st.lists(st.integers(-3, 20), max_size=20), min_size=1, max_size=4)


@given(TIMES, st.data())
def test_the_order_does_not_depend_on_how_partitions_arrive(times, data):
    partitions = [partition(number, each) for number, each in enumerate(times)]
    merge = Merge(range(len(partitions)))
    rest = {number: list(entries) for number, entries in enumerate(partitions)}
    merged = []
    while rest:
        number = data.draw(st.sampled_from(sorted(rest)))
        size = data.draw(st.integers(1, 5))
        merge.add(number, rest[number][:size])
        del rest[number][:size]
        if not rest[number]:
            merge.end(number)
            del rest[number]
        merged += merge.ready()
    assert merged == expected(partitions)


def test_nothing_leaves_while_a_partition_may_bring_something_earlier():
    merge = Merge([0, 1])
    merge.add(0, partition(0, [5, 6]))
    assert list(merge.ready()) == []
    assert merge.backlog(0) == 2
    merge.add(1, partition(1, [5]))
    assert [(entry.partition, entry.timestamp) for entry in merge.ready()] == [(0, 5), (1, 5)]
    merge.end(1)
    merge.end(1)
    assert [entry.timestamp for entry in merge.ready()] == [6]
    assert merge.backlog(0) == 0
