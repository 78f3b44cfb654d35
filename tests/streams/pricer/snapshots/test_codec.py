from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from online_models.persistence.versions import OLDEST, VERSION, VersionError
from streams.pricer.snapshots import codec
from streams.pricer.snapshots.codec import SnapshotError, decode, decode_part, encode

ARRAYS = st.sampled_from(
    [
        np.zeros(0, dtype=np.int64),
        np.arange(6, dtype=np.int32).reshape(2, 3),
        np.array([np.nan, -0.0, np.inf]),
        np.array([True, False]),
        np.arange(6)[::2],
        np.zeros((0, 4)),
    ]
)
STATES = st.dictionaries(
    st.text(max_size=3),
    st.recursive(
        st.one_of(ARRAYS, st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.text()),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)


def same(left: Any, right: Any) -> bool:
    if isinstance(left, np.ndarray):
        return (
            left.dtype == right.dtype
            and left.shape == right.shape
            and left.tobytes() == right.tobytes()
            and right.flags.writeable
        )
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right


@given(STATES)
def test_a_state_comes_back_as_it_was_saved(state: dict[str, Any]) -> None:
    parts = [decode_part(raw) for raw in encode(state, 7)]
    assert {(part.offset, part.parts) for part in parts} == {(7, len(parts))}
    assert same(state, decode(parts))


def test_a_large_state_is_cut_into_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "PART", 1000)
    state = {"noise": np.random.default_rng(1).integers(0, 2**62, 2000)}
    raws = encode(state, 3)
    parts = [decode_part(raw) for raw in raws]
    assert len(parts) > 10
    assert [part.index for part in parts] == list(range(len(parts)))
    assert same(state, decode(parts))


def test_a_damaged_part_is_refused() -> None:
    raw = bytearray(encode({"a": np.arange(100)}, 5)[0])
    raw[-1] ^= 1
    with pytest.raises(SnapshotError, match="part 0 of the snapshot at 5 is damaged"):
        decode_part(bytes(raw))


def test_parts_that_do_not_belong_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "PART", 100)
    parts = [decode_part(raw) for raw in encode({"a": np.arange(1000)}, 5)]
    with pytest.raises(SnapshotError, match="no state"):
        decode(parts[1:])


@pytest.mark.parametrize("raw", [b"", b"\x90", b"junk"])
def test_what_is_no_snapshot_is_refused(raw: bytes) -> None:
    with pytest.raises(SnapshotError, match="not a snapshot"):
        decode_part(raw)


@pytest.mark.parametrize("version", [OLDEST - 1, VERSION + 1])
def test_another_version_is_refused_by_name(version: int) -> None:
    fields = list(msgspec.msgpack.decode(encode({}, 0)[0]))
    fields[0] = version
    part = decode_part(msgspec.msgpack.encode(fields))
    with pytest.raises(VersionError, match=f"version {version}, .* reads {OLDEST} to {VERSION}"):
        decode([part])


@pytest.mark.parametrize("value", [np.int64(3), object()])
def test_what_would_not_come_back_the_same_is_no_state(value: Any) -> None:
    with pytest.raises(TypeError, match="in a snapshot"):
        encode({"a": value}, 0)
