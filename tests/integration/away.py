"""Processes that are asked whether they are ready, while Kafka hangs and comes back."""

from __future__ import annotations

import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streams.kafka.broker import EmbeddedBroker


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


@contextmanager
def hanging(broker: EmbeddedBroker) -> Iterator[Callable[[], None]]:
    """A call lets Kafka hang; it goes on when the context ends."""
    (pid,) = broker.pids
    assert pid is not None
    try:
        yield lambda: os.kill(pid, signal.SIGSTOP)
    finally:
        os.kill(pid, signal.SIGCONT)
