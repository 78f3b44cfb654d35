"""Workers as processes of their own, and whoever starts them again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from streams import cli
from streams.configuration.settings import Settings
from streams.configuration.spelling import PREFIX
from streams.worker.stopping import stop_on_signals

#: Seconds between looks at who has ended, and for a clean end.
LOOK_SECONDS, END_SECONDS = 0.1, 15.0
#: What a worker imports. Workers are forked from a process that has it already: else most kills
#: would find a worker that loads its code, which takes longer than all that it does before it is
#: killed again.
LOADED = ["streams.commands.worker"]


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED)
    return context


def _work(role: str, variables: Mapping[str, str], log: Path) -> None:
    """Be a worker, as the command is."""
    stop_on_signals()
    os.environ.update(variables)
    with log.open("ab") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    sys.exit(cli.main(["worker", "--role", role]))


def _send(process: ForkServerProcess, what: signal.Signals) -> None:
    assert process.pid is not None, "it was started"
    # one that has ended by itself gets nothing: its number may be another's by now
    if process.exitcode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, what)


class Workers(threading.Thread):
    """Starts again whatever ends, as a container platform does; `ends` counts statuses."""

    def __init__(self, settings: Settings, number: int, role: str, folder: Path) -> None:
        super().__init__(daemon=True)
        self.ends: Counter[int] = Counter()
        self._role = role
        self._settings = settings
        self._folder = folder
        self._enough = threading.Event()
        self._lock = threading.Lock()
        self._processes = [self._start(i) for i in range(number)]

    def _start(self, number: int) -> ForkServerProcess:
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
        log = self._folder / f"w{number}.log"
        process = _context().Process(target=_work, args=(self._role, named, log))
        process.start()
        return process

    def run(self) -> None:
        """Watch them."""
        while not self._enough.wait(LOOK_SECONDS):
            with self._lock:
                for i, process in enumerate(self._processes):
                    status = process.exitcode
                    if status is not None:
                        self.ends[status] += 1
                        self._processes[i] = self._start(i)

    def signal(self, number: int, what: signal.Signals) -> None:
        """Send a worker a signal."""
        with self._lock:
            _send(self._processes[number], what)

    def stop(self) -> None:
        """End all of them cleanly, for good."""
        self._enough.set()
        self.join()
        for process in self._processes:
            _send(process, signal.SIGCONT)
            _send(process, signal.SIGTERM)
        for process in self._processes:
            process.join(END_SECONDS)
            if process.exitcode is None:
                process.kill()
                process.join()

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
