"""Without transactions: quicker, and a crash repeats bytes that are there already."""

from collections import Counter

import pytest

from tests.integration.shop import traffic
from tests.integration.shop.truth import by_key

pytestmark = pytest.mark.integration


def test_nothing_is_lost_and_repeats_are_byte_identical(shop, start_worker, expected):
    workers = [start_worker(f"w{i}", "--delivery", "at-least-once") for i in range(2)]
    shop.send(traffic.catalogue())
    for worker in workers:
        worker.wait_for("ready after")
    events = list(traffic.events(2000))
    for low, victim in ((0, 0), (500, 1), (1000, 0), (1500, None)):
        shop.send(events[low : low + 500], per_second=1000)
        if victim is not None:
            workers[victim].kill()
            workers[victim].start()
    shop.settle(*workers)
    for worker in workers:
        assert worker.stop() == 0, worker.tail()
    found, wanted = shop.published(), expected()
    assert set(found) == set(wanted)
    assert not Counter(wanted) - Counter(found)
    # told apart by their bytes alone, the first of each come in the right order
    firsts = {key: list(dict.fromkeys(those)) for key, those in by_key(found).items()}
    assert firsts == {key: list(dict.fromkeys(those)) for key, those in by_key(wanted).items()}
