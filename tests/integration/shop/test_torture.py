"""A long stream, five kill -9 over two workers, and one that sleeps past its session."""

import signal
import threading
import time
from collections import Counter

import pytest

from tests.integration.shop import traffic
from tests.integration.shop.truth import assert_exactly

pytestmark = [pytest.mark.integration, pytest.mark.slow]

EVENTS = 50_000
PER_SECOND = 1500
CHUNK = 5000
#: Longer than the session of 6 s: the other worker takes over, and the sleeper wakes as a zombie.
SLEEP_SECONDS = 9


class Supervisor(threading.Thread):
    """Starts again whatever ends, as a container platform would."""

    def __init__(self, workers):
        super().__init__(daemon=True)
        self.workers = workers
        self.ends = Counter()
        self._ended = threading.Event()

    def run(self):
        while not self._ended.wait(0.3):
            for worker in self.workers:
                status = worker.process.poll()
                if status is not None:
                    self.ends[status] += 1
                    worker.start()

    def stop(self):
        self._ended.set()
        self.join()


def sleep(worker):
    worker.signal(signal.SIGSTOP)
    time.sleep(SLEEP_SECONDS)
    worker.signal(signal.SIGCONT)


def test_every_output_exactly_once_whatever_dies_or_sleeps(shop, start_worker, expected):
    workers = [start_worker(f"w{i}") for i in range(2)]
    shop.send(traffic.catalogue())
    for worker in workers:
        worker.wait_for("ready after")
    supervisor = Supervisor(workers)
    supervisor.start()
    events = list(traffic.events(EVENTS))
    victims = {1: 0, 2: 1, 3: 0, 4: 1, 5: 0}
    sleeper = None
    for i in range(EVENTS // CHUNK):
        shop.send(events[i * CHUNK : (i + 1) * CHUNK], PER_SECOND)
        if i in victims:
            workers[victims[i]].signal(signal.SIGKILL)
        if i == 6:
            sleeper = threading.Thread(target=sleep, args=(workers[1],))
            sleeper.start()
    sleeper.join()
    shop.settle()
    supervisor.stop()
    for worker in workers:
        assert worker.stop() == 0, worker.tail()
    # who slept woke up fenced, and went on in the same process
    assert supervisor.ends == {-signal.SIGKILL: len(victims)}
    found = shop.published()
    assert len(found) > EVENTS // 4
    assert_exactly(found, expected())
