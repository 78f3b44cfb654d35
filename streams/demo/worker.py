"""The live worker, as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections import deque
from pathlib import Path

from streams.clients import bootstrap
from streams.demo.error import DemoError
from streams.settings import Settings

#: A worker stops cleanly within 10 s.
STOP_SECONDS = 12.0
WATCH_SECONDS = 0.2
TAIL_LINES = 15


class WorkerProcess:
    """`pricetide worker` with its log in a file; a context stops it, by force if need be."""

    def __init__(self, settings: Settings, policies: Path, log: Path) -> None:
        self.log = log
        command = [sys.executable, "-m", "streams.cli", "worker", "--policies", str(policies)]
        command += ["--bootstrap", bootstrap(settings), "--app", settings.app]
        command += ["--partitions", str(settings.partitions)]
        with log.open("wb") as file:
            # a session of its own: Ctrl-C reaches the demo only, which then stops it in order
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env=os.environ | {"OMP_NUM_THREADS": "1"},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def watch(self) -> None:
        """Wait, until cancelled; DemoError, with the end of the log, when the worker has ended."""
        while True:
            self.require_running()
            await asyncio.sleep(WATCH_SECONDS)

    def require_running(self) -> None:
        """DemoError, with the end of the log, where the worker has ended."""
        status = self._process.poll()
        if status is not None:
            raise DemoError(
                f"the worker ended with status {status}; its last words:\n{self.tail()}"
            )

    def tail(self) -> str:
        """The last lines of the log."""
        with self.log.open(errors="replace") as file:
            return "".join(deque(file, TAIL_LINES)).rstrip()

    def stop(self) -> None:
        """End it: cleanly, or by force after a bound of time."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
            return
        self._process.kill()
        self._process.wait()
