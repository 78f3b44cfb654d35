"""The live worker and the console, as processes of their own."""

from __future__ import annotations

import sys
from collections import deque
from pathlib import Path

from streams.configuration.settings import Settings
from streams.errors import DemoError
from streams.kafka.broker.process import free_ports, spawn, stop
from streams.kafka.clients import bootstrap

#: A worker stops cleanly within 10 s.
STOP_SECONDS = 12.0
CONSOLE_STOP_SECONDS = 5.0
TAIL_LINES = 15
HOST = "127.0.0.1"
#: Days fly by in a second here, and the shop's answer takes a moment.
ACK_TIMEOUT = "P3D"


class WorkerProcess:
    """`pricetide worker` with its log in a file; it never outlives this process."""

    def __init__(self, settings: Settings, policies: Path, log: Path) -> None:
        self.log = log
        command = [sys.executable, "-m", "streams.cli", "worker", "--policies", str(policies)]
        command += ["--bootstrap", bootstrap(settings), "--app", settings.app]
        command += ["--partitions", str(settings.partitions)]
        command += ["--ack-timeout", ACK_TIMEOUT]
        self._process = spawn(command, log)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def require_running(self) -> None:
        """DemoError, with the end of the log, where the worker has ended."""
        status = self._process.poll()
        if status is not None:
            raise DemoError(
                f"the worker ended with status {status}; the end of its log:\n{self.tail()}"
            )

    def tail(self) -> str:
        """The last lines of the log."""
        with self.log.open(errors="replace") as file:
            return "".join(deque(file, TAIL_LINES)).rstrip()

    def stop(self) -> None:
        """End it: in order, or by force after a bound of time."""
        stop([self._process], STOP_SECONDS)


class ConsoleProcess:
    """`pricetide console` on a free port, with its log in a file."""

    def __init__(self, settings: Settings, log: Path) -> None:
        (port,) = free_ports(1, HOST)
        self.url = f"http://{HOST}:{port}"
        command = [sys.executable, "-m", "streams.cli", "console"]
        command += ["--bootstrap", bootstrap(settings), "--port", str(port)]
        command += ["--app", settings.app, "--ack-timeout", ACK_TIMEOUT]
        command += ["--store", f"sqlite:///{log.with_suffix('.sqlite')}"]
        self._process = spawn(command, log)

    def stop(self) -> None:
        """End it: in order, or by force after a bound of time."""
        stop([self._process], CONSOLE_STOP_SECONDS)
