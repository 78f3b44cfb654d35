from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from online_models.journal.batch import (
    COLUMNS,
    Batch,
    BatchBuilder,
    Fact,
    Kind,
    SourcePartition,
    Watermark,
)
from streams.journal.codec import VERSION, JournalError, decode, encode

TEXT = st.text(max_size=5)
ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.integers(max(np.iinfo(dtype).min, -(2**62)), min(np.iinfo(dtype).max, 2**62))
            for name, dtype in COLUMNS.items()
            if name not in ("kind", "time", "source")
        },
    ),
    max_size=6,
)
FACTS = st.lists(st.tuples(TEXT, st.none() | TEXT, st.none() | st.binary(max_size=9)), max_size=3)
MARKS = st.lists(
    st.tuples(TEXT, st.integers(0, 9), st.integers(0, 2**62), st.booleans()), max_size=3
)


def built(rows: list, facts: list, marks: list) -> Batch:
    collected = BatchBuilder()
    for i, values in enumerate(rows):
        collected.add(Kind.CLICK, i, SourcePartition("clickstream", i % 2), **values)
    for fact in facts:
        collected.fact(Fact(*fact))
    return collected.batch([Watermark(SourcePartition(t, p), at, idle) for t, p, at, idle in marks])


@given(ROWS, FACTS, MARKS)
def test_a_batch_comes_back_as_it_went(rows: list, facts: list, marks: list) -> None:
    batch = built(rows, facts, marks)
    value = encode(batch)
    found = decode(value)
    for name, dtype in COLUMNS.items():
        assert getattr(found, name).dtype == np.dtype(dtype)
        assert getattr(found, name).tolist() == getattr(batch, name).tolist()
    assert (found.texts, found.sources, found.facts, found.watermarks) == (
        batch.texts,
        batch.sources,
        batch.facts,
        batch.watermarks,
    )
    assert encode(found) == value


def test_columns_that_say_nothing_take_no_room() -> None:
    rows = BatchBuilder()
    for _ in range(1000):
        rows.add(Kind.TICK, 0)
    assert len(encode(rows.batch())) < 1200  # the kind alone


def test_another_version_is_refused_by_name() -> None:
    envelope = list(msgspec.msgpack.decode(encode(built([{}], [], []))))
    envelope[0] = VERSION + 1
    with pytest.raises(JournalError, match=f"version {VERSION + 1}.*knows {VERSION}"):
        decode(msgspec.msgpack.encode(envelope))


@pytest.mark.parametrize("raw", [b"", b"abc", b"\x90", b"{}"])
def test_what_is_no_batch_is_refused(raw: bytes) -> None:
    with pytest.raises(JournalError, match="not a journal batch"):
        decode(raw)


@pytest.mark.parametrize("raw", [b"1234567", b"12345678" * 2])
def test_a_column_of_another_length_is_refused_by_name(raw: bytes) -> None:
    envelope = list(msgspec.msgpack.decode(encode(built([{}], [], []))))
    envelope[6]["time"] = raw
    with pytest.raises(JournalError, match="column time"):
        decode(msgspec.msgpack.encode(envelope))
