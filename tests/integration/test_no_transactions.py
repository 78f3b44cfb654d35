"""A Kafka without transactions is told of in one line."""

import subprocess
import sys

import pytest

from streams.kafka.broker import EmbeddedBroker, configuration


def test_a_worker_says_so_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    factor = "transaction.state.log.replication.factor"
    monkeypatch.setitem(configuration._TRANSACTIONS, factor, "2")
    with EmbeddedBroker() as broker:
        command = [sys.executable, "-m", "streams.cli", "worker", "--bootstrap", broker.bootstrap]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 1
    created, told = ended.stderr.splitlines()
    assert "created" in created
    assert factor in told
    assert "--delivery at-least-once" in told
