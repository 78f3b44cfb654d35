"""Processes under measurement: started, watched, stopped; and the CPU time they took."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
STOP_SECONDS = 15


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_memory(pid: int) -> int:
    """Most bytes of memory that a process has held so far (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def descendants(pid: int) -> list[int]:
    """Processes that one has started, and those that they have (Linux)."""
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            for child in map(int, children.read_text().split()):
                found += [child, *descendants(child)]
    return found


class Process:
    """A process whose output goes to a file."""

    def __init__(self, command: Sequence[str], variables: Mapping[str, str] | None = None) -> None:
        self._output = tempfile.NamedTemporaryFile(prefix="bench-", suffix=".log")  # noqa: SIM115
        self._popen = subprocess.Popen(
            command,
            env=os.environ | {"OMP_NUM_THREADS": "1", **(variables or {})},
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        self.pid = self._popen.pid

    def text(self) -> str:
        """What it has said."""
        return Path(self._output.name).read_text(errors="replace")

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._popen.poll() is None

    def require_running(self) -> None:
        """Raise if it has ended by itself."""
        if not self.running:
            raise RuntimeError(f"ended with {self._popen.returncode}:\n{self.text()[-3000:]}")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._popen.kill()
        self._popen.wait()
        self._output.close()

    def stop(self) -> None:
        """Ask it to end, then make it."""
        self._popen.send_signal(signal.SIGTERM)
        try:
            self._popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._output.close()
