"""Who is at work is read from the log, as workers write it."""

from __future__ import annotations

import logging

import pytest

from streams.torture.live.workers import HOLDS, holds
from streams.torture.simulated.run import run


def test_a_worker_logs_what_it_takes_and_lets_go(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "streams.pricer.partition")
    run(0)
    log = "\n".join(caplog.messages).encode()
    assert {bool(taken) for _, taken in HOLDS.findall(log)} == {True, False}
    first = next(line for line in caplog.messages if "ready after" in line).encode()
    number = first.split()[1]
    assert holds(first)
    assert not holds(first + b"\npartition %s recovers: Kafka has fenced its producer" % number)
    assert not holds(b"partition %s waits for Kafka" % number)
