"""The console, as a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from streams.configuration.settings import Settings
from streams.kafka.broker.ports import free_ports
from streams.kafka.broker.process import spawn, stop
from streams.kafka.clients import bootstrap
from streams.web.server import HOST

STOP_SECONDS = 5.0


class ConsoleProcess:
    """`pricetide console` on a free port, with its log in a file."""

    def __init__(self, settings: Settings, log: Path) -> None:
        (port,) = free_ports(1, HOST)
        self.url = f"http://{HOST}:{port}"
        command = [sys.executable, "-m", "streams.cli", "console"]
        command += ["--bootstrap", bootstrap(settings), "--port", str(port)]
        self._process = spawn(command, log)

    def stop(self) -> None:
        """End it: in order, or by force after a bound of time."""
        stop([self._process], STOP_SECONDS)
