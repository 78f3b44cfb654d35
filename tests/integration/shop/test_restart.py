"""A clean stop in mid-stream, and a start that goes on from there."""

import re

import pytest

from tests.integration.shop import traffic
from tests.integration.shop.truth import assert_exactly

pytestmark = pytest.mark.integration

READY = re.compile(r"partition (\d+) at (\d+) \(snapshot at (\d+)\)")


@pytest.fixture(scope="module")
def restarted(shop, start_worker):
    """(shop, worker, its positions at the stop): stopped in mid-stream, and started again."""
    worker = start_worker("w0", PRICETIDE_SNAPSHOT_SECONDS="3600")
    shop.send(traffic.catalogue())
    events = list(traffic.events(1200))
    shop.send(events[:600], per_second=1000)
    shop.wait(lambda: sum(shop.position().values()) > 0, "priced", worker)
    shop.send(events[600:900])
    assert worker.stop() == 0, worker.tail()
    position = shop.position()
    said = len(worker.text())
    worker.start()
    shop.send(events[900:], per_second=1000)
    shop.settle(worker)
    again = READY.findall(worker.text()[said:])
    assert worker.stop() == 0, worker.tail()
    return shop, position, {int(p): (int(at), int(snapshot)) for p, at, snapshot in again}


def test_nothing_is_lost_and_nothing_repeated(restarted, expected):
    shop, _, _ = restarted
    assert_exactly(shop.published(), expected())


def test_a_clean_stop_leaves_a_snapshot_at_the_position_so_nothing_is_folded_again(restarted):
    _, position, again = restarted
    assert again == {partition: (offset, offset) for partition, offset in position.items()}
