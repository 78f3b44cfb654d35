"""Workers as processes of their own, and whoever starts them again."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.context import ForkServerContext
from pathlib import Path
from tempfile import TemporaryDirectory

from streams import cli
from streams.configuration.settings import Settings
from streams.configuration.spelling import PREFIX
from streams.stopping import stop_on_signals

#: Seconds between looks at who has ended, and for a clean end.
LOOK_SECONDS, END_SECONDS = 0.1, 15.0
#: What a worker logs of a partition that it prices from now on, or prices no more.
HOLDS = re.compile(rb"partition (\d+) (?:(at )|let go at |recovers: )")
KILLED = -signal.SIGKILL


def _context() -> ForkServerContext:
    """Of processes that are forked from one that has loaded what a worker imports: else most kills
    would find a worker that loads its code, which takes longer than all that it does before it is
    killed again.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([cli.commands()["worker"].module])
    return context


def _work(role: str, variables: Mapping[str, str], log: Path) -> None:
    """Be a worker, as the command is."""
    stop_on_signals()
    os.environ.update(variables)
    with log.open("ab") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    sys.exit(cli.main(["worker", "--role", role]))


def holds(log: bytes) -> bool:
    """Whether who has logged this has a partition.

    >>> holds(b"partition 3 at 17 (snapshot at 5), ready after 0.2 s")
    True
    >>> holds(b"partition 3 at 17 (snapshot at 5), ready after 0.2 s\\npartition 3 let go at 20")
    False
    """
    return any(taken for taken in dict(HOLDS.findall(log)).values())


class _ForkedWorker:
    """A process, and what it has logged."""

    def __init__(self, role: str, variables: Mapping[str, str], log: Path) -> None:
        self.begun = time.monotonic()
        self._paused = False
        self._log = log
        self._logged_before = log.stat().st_size if log.exists() else 0
        self._process = _context().Process(target=_work, args=(role, variables, log))
        self._process.start()

    @property
    def status(self) -> int | None:
        """What it ended with; None while it runs."""
        return self._process.exitcode

    def send(self, what: signal.Signals) -> None:
        """Send it a signal; one that has ended by itself gets none: its number may be another's."""
        assert self._process.pid is not None, "it was started"
        if what in (signal.SIGSTOP, signal.SIGCONT):
            self._paused = what == signal.SIGSTOP
        if self.status is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, what)

    def prices(self) -> bool:
        """Whether it has a partition now, by its log; one that is paused may have lost it."""
        if self._paused or not self._log.exists():
            return False
        return holds(self._log.read_bytes()[self._logged_before :])

    def wait(self) -> None:
        """Wait for its clean end, and kill it if there is none."""
        self._process.join(END_SECONDS)
        if self.status is None:
            self._process.kill()
            self._process.join()


class Workers(threading.Thread):
    """Starts again whatever ends, as a container platform does. `ends` counts statuses, and
    `killed_at_work` those that were killed while they priced a partition.
    """

    def __init__(self, settings: Settings, number: int, role: str, folder: Path) -> None:
        super().__init__(daemon=True)
        self.ends: Counter[int] = Counter()
        self.killed_at_work = 0
        self._role = role
        self._settings = settings
        self._folder = folder
        self._enough = threading.Event()
        self._lock = threading.Lock()
        self._workers = [self._start(i) for i in range(number)]

    def _start(self, number: int) -> _ForkedWorker:
        settings = self._settings
        variables = {
            "BOOTSTRAP": settings.bootstrap or "",
            "APP": settings.app,
            "TOPIC_PREFIX": settings.topic_prefix,
            "PARTITIONS": str(settings.partitions),
            "BUCKET": settings.bucket,
            "SNAPSHOT_SECONDS": "1",
            "INSTANCE": f"w{number}",
        }
        named = {f"{PREFIX}{name}": value for name, value in variables.items()}
        return _ForkedWorker(self._role, named, self._folder / f"w{number}.log")

    def run(self) -> None:
        """Watch them."""
        while not self._enough.wait(LOOK_SECONDS):
            with self._lock:
                for i, worker in enumerate(self._workers):
                    if worker.status is not None:
                        self.ends[worker.status] += 1
                        self.killed_at_work += worker.status == KILLED and worker.prices()
                        self._workers[i] = self._start(i)

    def signal(self, number: int, what: signal.Signals) -> None:
        """Send a worker a signal."""
        with self._lock:
            self._workers[number].send(what)

    def at_work(self) -> list[int]:
        """Which of them price a partition, those first that run the longest."""
        with self._lock:
            alive = [i for i, worker in enumerate(self._workers) if worker.status is None]
            busy = [i for i in alive if self._workers[i].prices()]
            return sorted(busy, key=lambda i: self._workers[i].begun)

    def stop(self) -> None:
        """End all of them cleanly, for good."""
        self._enough.set()
        self.join()
        for worker in self._workers:
            worker.send(signal.SIGCONT)
            worker.send(signal.SIGTERM)
        for worker in self._workers:
            worker.wait()

    def log(self) -> str:
        """The last lines of all of them."""
        texts = [path.read_text(errors="replace") for path in sorted(self._folder.glob("*.log"))]
        return "\n".join(line for text in texts for line in text.splitlines()[-15:])


@contextmanager
def workers(settings: Settings, number: int, role: str = "all") -> Iterator[Workers]:
    """So many workers, watched."""
    with TemporaryDirectory(prefix="pricetide-torture-") as folder:
        watched = Workers(settings, number, role, Path(folder))
        watched.start()
        try:
            yield watched
        finally:
            if watched.is_alive():
                watched.stop()
