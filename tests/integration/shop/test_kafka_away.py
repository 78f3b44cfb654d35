"""Kafka hangs, goes away and comes back; and a worker is stopped at any moment of all that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

import pytest
from kafka import KafkaProducer

from streams.kafka.broker import EmbeddedBroker
from streams.pricer.snapshots.store import OWNER
from tests.integration.away import free_port, hanging, ready
from tests.integration.shop import traffic
from tests.integration.shop.forked import catches_sigterm
from tests.integration.shop.kafka_shop import KafkaShop
from tests.integration.shop.truth import assert_exactly
from tests.integration.shop.worker import Worker
from tests.patience import wait_until

pytestmark = pytest.mark.integration

#: Within so many seconds a worker says that it lacks Kafka, and works again once that is back.
NOTICED = 10
#: Longer than the session of 6 s and than a transaction is granted.
AWAY = 25
#: Bytes of log that such a time may leave, of each worker.
MOST_LOG = 100_000
#: The long form: seconds away, bytes of log, and stops at random moments.
LONG_AWAY, MOST_LOG_OF_LONG, STOPS = 300, 1_000_000, 200


@contextmanager
def load(shop: KafkaShop) -> Iterator[None]:
    """Events that come on and on; those that Kafka does not take in time are lost on their way."""
    words = [sys.executable, "-m", "tests.integration.shop.endless_traffic", shop.bootstrap]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as sending:
        try:
            yield
        finally:
            sending.kill()


@pytest.fixture
def worker(shop: KafkaShop, start_worker: Callable[..., Worker]) -> Iterator[tuple[Worker, int]]:
    """A ready worker, and its port."""
    port = free_port()
    worker = start_worker("w0", PRICETIDE_METRICS=str(port))
    wait_until(lambda: ready(port) == 200, worker.tail)
    yield worker, port
    worker.kill()


@pytest.fixture
def hang(broker_of_shop: EmbeddedBroker) -> Iterator[Callable[[], None]]:
    """Let Kafka hang until the test is over."""
    with hanging(broker_of_shop) as hang:
        yield hang


def test_while_kafka_hangs_a_worker_is_not_ready_says_little_and_stops(
    shop: KafkaShop, worker: tuple[Worker, int], hang: Callable[[], None]
) -> None:
    process, port = worker
    shop.send(traffic.catalogue())
    shop.settle(process)
    hang()
    said = len(process.text())
    wait_until(lambda: ready(port) == 503, process.tail)
    time.sleep(NOTICED)
    assert ready(port) == 503
    assert len(process.text()) - said < MOST_LOG, process.tail()
    assert process.stop() == 0


@pytest.mark.parametrize("seconds", [0.0, 0.5, 1.2, 3.0])
def test_a_worker_that_starts_stops_within_its_time(
    shop: KafkaShop, start_worker: Callable[..., Worker], seconds: float
) -> None:
    worker = start_worker(f"starting-{seconds}", anew=True)
    wait_until(lambda: catches_sigterm(worker.process.pid))
    assert not worker.text(), "it stands before anything else is done"
    time.sleep(seconds)
    assert worker.stop() == 0, worker.tail()


@pytest.mark.parametrize("seconds", [1.0, 4.0])
def test_a_worker_that_starts_while_kafka_hangs_stops_within_its_time(
    start_worker: Callable[..., Worker], hang: Callable[[], None], seconds: float
) -> None:
    hang()
    worker = start_worker(f"hanging-{seconds}", anew=True)
    time.sleep(seconds)
    assert worker.stop() == 0, worker.tail()


def test_a_fenced_worker_recovers_in_its_process(
    shop: KafkaShop, worker: tuple[Worker, int], expected: Callable[[], list[object]]
) -> None:
    process, port = worker
    shop.send(traffic.catalogue())
    events = list(traffic.events(1500, seed=2))
    for i in range(3):
        shop.send(events[i * 500 : (i + 1) * 500], per_second=300)
        if i < 2:
            owners = [r.value for r in shop.read(["pricing-snapshots"]) if r.key == OWNER]
            other = KafkaProducer(
                bootstrap_servers=shop.bootstrap, transactional_id=owners[-1].decode()
            )
            other.init_transactions()
            other.close()
    shop.settle(process)
    assert "recovers: Kafka has fenced its producer" in process.text()
    wait_until(lambda: ready(port) == 200)
    assert process.stop() == 0, process.tail()
    assert_exactly(shop.published(), expected())


def test_kafka_that_comes_back_is_worked_with_in_the_same_process_exactly(
    shop: KafkaShop,
    worker: tuple[Worker, int],
    broker_of_shop: EmbeddedBroker,
    expected: Callable[[], list[object]],
) -> None:
    process, port = worker
    shop.send(traffic.catalogue())
    events = list(traffic.events(3000))
    sending = threading.Thread(target=lambda: shop.send(events, per_second=100))
    sending.start()
    shop.wait(lambda: shop.number("price-changes") > 0, "priced", process)
    said = len(process.text())
    for _ in range(2):
        broker_of_shop.kill(1)
        wait_until(lambda: ready(port) == 503, process.tail)
        time.sleep(AWAY / 2)
        broker_of_shop.restart(1)
        wait_until(lambda: ready(port) == 200, process.tail)
    (pid,) = broker_of_shop.pids
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    time.sleep(AWAY)
    os.kill(pid, signal.SIGCONT)
    sending.join()
    shop.reconnect()
    shop.settle(process)
    assert len(process.text()) - said < 5 * MOST_LOG
    assert process.stop() == 0, process.tail()
    assert_exactly(shop.published(), expected())


@pytest.mark.slow
def test_five_minutes_without_kafka_under_load_are_noticed_said_in_few_words_and_made_good(
    shop: KafkaShop,
    worker: tuple[Worker, int],
    broker_of_shop: EmbeddedBroker,
    expected: Callable[[], list[object]],
) -> None:
    process, port = worker
    shop.send(traffic.catalogue())
    with load(shop):
        shop.wait(lambda: shop.number("price-changes") > 0, "priced", process)
        said = len(process.text())
        broker_of_shop.kill(1)
        wait_until(lambda: ready(port) == 503, process.tail, seconds=NOTICED)
        time.sleep(LONG_AWAY)
        broker_of_shop.restart(1)
        wait_until(lambda: ready(port) == 200, process.tail, seconds=NOTICED)
        assert len(process.text()) - said < MOST_LOG_OF_LONG
    shop.reconnect()
    shop.settle(process)
    assert process.stop() == 0, process.tail()
    assert_exactly(shop.published(), expected())


@pytest.mark.slow
def test_a_worker_under_load_stops_cleanly_at_any_moment(
    shop: KafkaShop, start_worker: Callable[..., Worker], expected: Callable[[], list[object]]
) -> None:
    draw = Random(1)
    shop.send(traffic.catalogue())
    process = start_worker("stopped", anew=True)
    with load(shop):
        for _ in range(STOPS):
            wait_until(lambda: catches_sigterm(process.process.pid))
            time.sleep(draw.uniform(0, 6))
            assert process.stop() == 0, process.tail()
            process.start()
    shop.settle(process)
    assert process.stop() == 0, process.tail()
    assert_exactly(shop.published(), expected())
