"""What is lost of the input is said."""

from __future__ import annotations

import asyncio
import logging

import pytest
from aiokafka import TopicPartition

from streams.ingest.unread import Gaps, compare

ORDERS = TopicPartition("orders", 3)


class Consumer:
    def __init__(self, begin: int) -> None:
        self.begin = begin

    async def beginning_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, self.begin)


def look(gaps: Gaps, begin: int) -> None:
    asyncio.run(gaps.look(Consumer(begin)))  # type: ignore[arg-type]


def test_what_was_removed_before_it_was_read_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gaps = Gaps()
    gaps.note(ORDERS, 10, 25)
    look(gaps, 25)
    look(gaps, 25)
    assert caplog.messages == ["orders-3 offsets 10 to 24 were removed before they were read"]


def test_gaps_that_transactions_and_compaction_leave_are_none(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gaps = Gaps()
    gaps.note(ORDERS, 10, 10)
    gaps.note(ORDERS, 20, 22)
    look(gaps, 0)
    assert not caplog.messages


def test_a_partition_that_goes_back_is_said_with_what_it_means(
    caplog: pytest.LogCaptureFixture,
) -> None:
    Gaps().note(ORDERS, 100, 0)
    (said,) = caplog.records
    assert said.levelno == logging.ERROR
    assert "orders-3 was read up to offset 100, and goes back to 0" in said.getMessage()


@pytest.mark.parametrize(
    ("position", "said"),
    [(5, "offsets 5 to 9 were removed"), (21, "read up to offset 21"), (10, "")],
)
def test_where_reading_is_to_go_on_is_compared_at_the_start(
    position: int, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    compare({ORDERS: position}, {ORDERS: 10}, {ORDERS: 20})
    assert said in caplog.text
    assert bool(caplog.messages) == bool(said)
