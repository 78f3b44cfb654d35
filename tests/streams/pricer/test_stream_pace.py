"""The journal is asked often for what others write, and seldom for what is one's own."""

from __future__ import annotations

import pytest

from streams.pricer import stream_pace
from streams.pricer.stream_pace import CLAIM_SECONDS, NEWS_SECONDS, StreamPace


class _Stream:
    """A journal's stream, asked often from the start, and the clock."""

    def __init__(self) -> None:
        self.often = True
        self.now = 100.0
        self.pace = StreamPace(self._ask_often)

    def _ask_often(self, often: bool) -> None:
        self.often = often


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> _Stream:
    stream = _Stream()
    monkeypatch.setattr(stream_pace, "monotonic", lambda: stream.now)
    return stream


def test_who_writes_nothing_asks_often(stream: _Stream) -> None:
    for offset in range(5):
        stream.pace.brought(0, offset)
        stream.now += CLAIM_SECONDS
    assert stream.often


@pytest.mark.parametrize("stream_is_first", [False, True])
def test_ones_own_records_are_asked_for_seldom(stream: _Stream, stream_is_first: bool) -> None:
    asked = []
    for offset in range(20):
        if stream_is_first:
            stream.pace.brought(offset % 2, offset)
        stream.pace.wrote(offset % 2, offset)
        asked.append(stream.often)
        stream.now += CLAIM_SECONDS
    assert not any(asked)


def test_a_record_that_comes_in_a_run_of_ones_own_is_ones_own(stream: _Stream) -> None:
    stream.pace.brought(0, 2)
    for offset in range(3):
        stream.pace.wrote(0, offset)
    assert not stream.often


def test_what_others_write_is_asked_for_often_until_no_more_of_it_comes(stream: _Stream) -> None:
    stream.pace.wrote(0, 0)
    assert not stream.often
    stream.pace.brought(1, 0)
    stream.now += CLAIM_SECONDS
    stream.pace.wrote(0, 1)
    assert stream.often
    stream.now += NEWS_SECONDS / 2
    stream.pace.wrote(0, 2)
    assert stream.often
    stream.now += NEWS_SECONDS / 2
    stream.pace.wrote(0, 3)
    assert not stream.often


def test_others_are_heard_of_in_a_partition_that_both_write_to(stream: _Stream) -> None:
    stream.pace.wrote(0, 0)
    stream.pace.brought(0, 1)
    stream.pace.wrote(0, 2)
    assert stream.often
