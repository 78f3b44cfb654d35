"""A worker that is forked from a process which has loaded what a worker imports: most of what a
start costs.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerContext
from pathlib import Path

from streams import cli
from streams.stopping import stop_on_signals


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    rehearsed = f"{__name__.rpartition('.')[0]}.rehearsed"
    context.set_forkserver_preload([cli.commands()["worker"].module, __name__, rehearsed])
    return context


def _work(words: Sequence[str], variables: Mapping[str, str], log: Path) -> None:
    """Be a worker, as the command is."""
    stop_on_signals()
    os.environ.clear()
    os.environ.update(variables)
    with log.open("ab") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    sys.exit(cli.main(list(words)))


def catches_sigterm(pid: int) -> bool:
    """Whether SIGTERM no longer ends the process by itself."""
    status = Path(f"/proc/{pid}/status").read_text()
    (caught,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


class Forked:
    """Like a `subprocess.Popen` of the command, which may be told to stop from the first."""

    def __init__(self, words: Sequence[str], variables: Mapping[str, str], log: Path) -> None:
        given = (words, dict(variables), log)
        self._process = _context().Process(target=_work, args=given, daemon=True)
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid
        while self.poll() is None and not catches_sigterm(self.pid):
            time.sleep(0.002)

    def poll(self) -> int | None:
        """What it ended with; None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int:
        """Wait for its end."""
        self._process.join(seconds)
        status = self.poll()
        if status is None:
            assert seconds is not None
            raise subprocess.TimeoutExpired("worker", seconds)
        return status

    def send_signal(self, number: int) -> None:
        """Send it a signal; one that has ended gets none: its number may be another's."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
