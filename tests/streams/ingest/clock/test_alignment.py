from __future__ import annotations

from aiokafka import TopicPartition

from streams.ingest.clock.alignment import to_hold

ORDERS, CLICKS = TopicPartition("orders", 0), TopicPartition("clickstream", 0)
PRODUCTS = TopicPartition("products", 0)
ALL = {ORDERS, CLICKS, PRODUCTS}
LEAD = 1_800_000


def test_busy_topics_wait_while_a_slow_one_is_unread() -> None:
    assert to_hold({}, {PRODUCTS, ORDERS}, ALL, LEAD) == {ORDERS, CLICKS}


def test_whoever_is_far_ahead_waits_for_those_behind() -> None:
    times = {ORDERS: 10 * LEAD, CLICKS: 10 * LEAD + LEAD + 1}
    assert to_hold(times, {ORDERS, CLICKS}, ALL, LEAD) == {CLICKS}
    times[CLICKS] -= 1
    assert to_hold(times, {ORDERS, CLICKS}, ALL, LEAD) == set()


def test_what_is_read_to_its_end_holds_nobody() -> None:
    assert to_hold({ORDERS: 1, CLICKS: 99 * LEAD}, {CLICKS}, ALL, LEAD) == set()
    assert to_hold({}, set(), ALL, LEAD) == set()
