"""Kafka hangs, goes away and comes back; and a worker is stopped at any moment of all that."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams.kafka.broker import EmbeddedBroker
from tests.integration.shop import traffic
from tests.integration.shop.kafka_shop import KafkaShop
from tests.integration.shop.worker import CLEAN_STOP_SECONDS, Worker

pytestmark = pytest.mark.integration

#: Within so many seconds a worker says that it lacks Kafka, and works again once that is back.
NOTICED = 10
#: Longer than the session of 6 s and than a transaction is granted.
AWAY = 25
#: Bytes of log that such a time may leave, of each worker.
MOST_LOG = 100_000


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def ready(port: int) -> int:
    """The status that /ready answers; 0 where nothing does."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture
def worker(shop: KafkaShop, start_worker: Callable[..., Worker]) -> Iterator[tuple[Worker, int]]:
    """A ready worker, and its port."""
    port = free_port()
    worker = start_worker("w0", PRICETIDE_METRICS=str(port))
    assert wait_for(lambda: ready(port) == 200, 60), worker.tail()
    yield worker, port
    worker.kill()


@pytest.fixture
def hang(broker_of_shop: EmbeddedBroker) -> Iterator[Callable[[], None]]:
    """Let Kafka hang until the test is over."""
    (pid,) = broker_of_shop.pids
    assert pid is not None

    yield lambda: os.kill(pid, signal.SIGSTOP)
    os.kill(pid, signal.SIGCONT)


def test_while_kafka_hangs_a_worker_is_not_ready_says_little_and_stops(
    shop: KafkaShop, worker: tuple[Worker, int], hang: Callable[[], None]
) -> None:
    process, port = worker
    shop.send(traffic.catalogue())
    shop.settle(process)
    hang()
    said = len(process.text())
    assert wait_for(lambda: ready(port) == 503, NOTICED), process.tail()
    time.sleep(AWAY)
    assert ready(port) == 503
    assert len(process.text()) - said < MOST_LOG, process.tail()
    assert process.stop() == 0


def catches_the_signal(worker: Worker) -> bool:
    """Whether SIGTERM no longer ends the process by itself."""
    status = Path(f"/proc/{worker.process.pid}/status").read_text()
    (caught,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.7, 1.2, 2.0, 3.0, 5.0])
def test_a_worker_that_starts_stops_within_its_time(
    shop: KafkaShop, start_worker: Callable[..., Worker], seconds: float
) -> None:
    worker = start_worker(f"starting-{seconds}")
    assert wait_for(lambda: catches_the_signal(worker), 30)
    assert not worker.text(), "it stands before anything else is done"
    time.sleep(seconds)
    assert worker.stop() == 0, worker.tail()


@pytest.mark.parametrize("seconds", [1.0, 4.0])
def test_a_worker_that_starts_while_kafka_hangs_stops_within_its_time(
    start_worker: Callable[..., Worker], hang: Callable[[], None], seconds: float
) -> None:
    hang()
    worker = start_worker(f"hanging-{seconds}")
    time.sleep(seconds)
    worker.signal(signal.SIGTERM)
    try:
        assert worker.process.wait(CLEAN_STOP_SECONDS) == 0, worker.tail()
    except subprocess.TimeoutExpired:
        pytest.fail(worker.tail())
