"""Workers as processes of their own, and whoever starts them again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from streams.configuration.settings import Settings
from streams.configuration.spelling import PREFIX

#: Seconds between looks at who has ended, and for a clean end.
LOOK_SECONDS, END_SECONDS = 0.2, 15.0


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

    def _start(self, number: int) -> subprocess.Popen[bytes]:
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
        with (self._folder / f"w{number}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "streams.cli", "worker", "--role", self._role],
                env=os.environ | {"OMP_NUM_THREADS": "1"} | named,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def run(self) -> None:
        """Watch them."""
        while not self._enough.wait(LOOK_SECONDS):
            with self._lock:
                for i, process in enumerate(self._processes):
                    status = process.poll()
                    if status is not None:
                        self.ends[status] += 1
                        self._processes[i] = self._start(i)

    def signal(self, number: int, what: signal.Signals) -> None:
        """Send a worker a signal."""
        with self._lock:
            self._processes[number].send_signal(what)

    def stop(self) -> None:
        """End all of them cleanly, for good."""
        self._enough.set()
        self.join()
        for process in self._processes:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self._processes:
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

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
