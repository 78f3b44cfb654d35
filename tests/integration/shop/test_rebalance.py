"""Workers that join and leave in mid-stream."""

import pytest

from tests.integration.shop import traffic
from tests.integration.shop.kafka_shop import INPUTS
from tests.integration.shop.truth import assert_exactly

pytestmark = pytest.mark.integration


def test_a_worker_joins_and_another_leaves_without_loss(shop, start_worker, expected):
    events = iter(traffic.events(3000))

    def some(number):
        shop.send([next(events) for _ in range(number)], per_second=1000)

    first = start_worker("w0")
    shop.send(traffic.catalogue())
    first.wait_for("ready after")
    some(500)
    second = start_worker("w1")
    some(500)
    second.wait_for("ready after")
    some(500)
    assert first.stop() == 0, first.tail()
    some(500)
    third = start_worker("w2")
    some(500)
    third.wait_for("ready after")
    some(500)
    shop.settle(second, third)
    for worker in (second, third):
        assert worker.stop() == 0, worker.tail()
    assert_exactly(shop.published(), expected())


def test_workers_that_start_together_on_a_backlog_share_it_without_loss(
    shop, start_worker, expected
):
    writer = start_worker("i0", "--role", "ingest")
    shop.send(traffic.events(3000, seed=2))
    ends = shop.ends(INPUTS)
    shop.wait(lambda: shop.done("pricetide-ingest", ends), "ingested", writer)
    assert writer.stop() == 0, writer.tail()
    workers = [start_worker("p0", "--role", "price")]
    workers[0].wait_for("ready after")  # each of the others comes amid what the first one reads
    workers += [start_worker(f"p{i}", "--role", "price") for i in (1, 2)]
    shop.settle(*workers)
    for worker in workers:
        assert worker.stop() == 0, worker.tail()
    assert_exactly(shop.published(), expected())
