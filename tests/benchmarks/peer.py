"""Another framework at the same job: a small function, state per offer."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
import venv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.load import Event, fill
from tests.benchmarks.processes import Process, cpu_seconds

FOLDER = Path(__file__).parent / "peers"
#: Quix Streams has dependencies of its own: it gets an environment of its own.
QUIX_ENVIRONMENT = Path(".venv-quixstreams")
QUIX = "quixstreams>=3.23,<4"
#: One, as their documentation starts it, and as many as we have.
PROCESSES = (1, 2)
#: For each process to be up and to have its partitions.
START_SECONDS = 5.0
#: Attempts to start one.
STARTS = 3
#: Faust was seen to stop short of the end; what it did until then counts as its rate.
LEAST_SHARE = 0.3
#: Longest silence of a peer that is to have finished.
LONGEST_SILENCE = 15.0
_PROGRESS = re.compile(r"^(\d+\.\d+) (\d+)$", re.MULTILINE)


class MissingError(RuntimeError):
    """A peer that is not installed."""


@dataclass(frozen=True)
class Peer:
    """`prefix` of its topics; `single`: whether all events come in one topic; `apart`: whether it
    runs in Quix Streams' environment; `flags` of its script, after the bootstrap servers and the
    number of the process.
    """

    name: str
    prefix: str
    script: str
    single: bool
    apart: bool = False
    flags: tuple[str, ...] = ()

    @property
    def inputs(self) -> list[str]:
        """Its input topics."""
        if self.single:
            return [self.prefix + "events"]
        return [self.prefix + topic for topic in ("orders", "clickstream", "competitor-prices")]

    @property
    def prices(self) -> str:
        """Its output topic."""
        return self.prefix + "prices"

    def named(self, topic: str) -> str:
        """Where events of a topic go."""
        return self.prefix + ("events" if self.single else topic)

    async def start(self, bootstrap: str, number: int) -> list[Process]:
        """That many processes, up and with their partitions shared out."""
        python = _quix_python() if self.apart else sys.executable
        command = [python, str(FOLDER / self.script), bootstrap]
        # one after the other: the first creates the topics that both need
        return [await _started([*command, str(i), *self.flags]) for i in range(number)]


async def _started(command: list[str]) -> Process:
    """A process that runs; Quix Streams ends where a topic that it has just made is not there at
    once, as on a slow machine, and is started again.
    """
    for _ in range(STARTS - 1):
        process = Process(command)
        await asyncio.sleep(START_SECONDS)
        if process.running:
            return process
    process = Process(command)
    await asyncio.sleep(START_SECONDS)
    process.require_running()
    return process


FAUST = Peer("textbook Faust", "faust-", "textbook_faust.py", single=False)
QUIX_STREAMS, QUIX_EXACTLY_ONCE = (
    Peer(
        f"Quix Streams, {delivery}", "quix-", "quix.py", single=True, apart=True, flags=(delivery,)
    )
    for delivery in ("at-least-once", "exactly-once")
)
#: No framework and no decision: what is left of the cost where nothing else is done, with our
#: client and with the one that Quix Streams has.
BARE = Peer("the least", "bare-", "bare_transactions.py", single=False)
BARE_IN_C = Peer("the least, in C", "bare-", "bare_librdkafka.py", single=False, apart=True)


def install_quix() -> None:
    """Make the environment; MissingError says how to, where it cannot be made."""
    if _quix_python_path().exists():
        return
    try:
        venv.create(QUIX_ENVIRONMENT, with_pip=True)
        pip = [str(_quix_python_path()), "-m", "pip", "install", "--quiet", QUIX]
        subprocess.run(pip, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        detail = getattr(error, "stderr", "") or str(error)
        raise MissingError(
            f"Quix Streams cannot be installed ({detail.strip().splitlines()[-1]}); by hand: "
            f'python -m venv {QUIX_ENVIRONMENT} && {_quix_python_path()} -m pip install "{QUIX}"'
        ) from error


def _quix_python_path() -> Path:
    return QUIX_ENVIRONMENT / "bin" / "python"


def _quix_python() -> str:
    if not _quix_python_path().exists():
        raise MissingError("Quix Streams is not installed")
    return str(_quix_python_path())


@dataclass
class Rate:
    """`events` in `seconds`, start-up left out."""

    events: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Events per second."""
        return self.events / self.seconds


async def rate(peer: Peer, bootstrap: str, load: Iterable[Event], processes: int) -> Rate:
    """Give a peer of that many processes more than it can do, and time it by its own reports.

    It has shared out its partitions before, as we have.
    """
    running = await peer.start(bootstrap, processes)
    try:
        number = await fill(bootstrap, load, peer.named)
        before = sum(cpu_seconds(process.pid) for process in running)
        seen, at = 0, time.monotonic()
        while True:
            await asyncio.sleep(0.1)
            for process in running:
                process.require_running()
            reports = [list(_reports(process)) for process in running]
            done = sum(those[-1][1] for those in reports if those)
            if done > seen:
                seen, at = done, time.monotonic()
            # the last few events of each process are not reported
            if seen and time.monotonic() - at > (2 if seen > number * 0.9 else LONGEST_SILENCE):
                break
        if seen < number * LEAST_SHARE:
            raise TimeoutError(f"{peer.name} stopped at {seen} of {number}")
        cpu = sum(cpu_seconds(process.pid) for process in running) - before
        return Rate(seen, _busy_seconds(reports), cpu)
    finally:
        for process in running:
            process.stop()


def _reports(process: Process) -> Iterator[tuple[float, int]]:
    for at, done in _PROGRESS.findall(process.text()):
        yield float(at), int(done)


def _busy_seconds(reports: list[list[tuple[float, int]]]) -> float:
    """From the first report of any process to the last."""
    times = [at for those in reports for at, _ in those]
    return max(times) - min(times)
