"""A real PostgreSQL of the tests' own, where one is installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.patience import Patience

#: Where Debian keeps the programs, beside the path.
DEBIAN = Path("/usr/lib/postgresql")
#: PostgreSQL refuses to run as root: then it runs as a user who owns nothing else.
OTHERWISE = "nobody"
#: What is written need not outlive the tests.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=50")


def installed() -> Path | None:
    """The folder of PostgreSQL's programs; None where it is not installed."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    return next((path.parent for path in sorted(DEBIAN.glob("*/bin/initdb"), reverse=True)), None)


@contextmanager
def postgres(programs: Path) -> Iterator[str]:
    """Serves at a socket of its own; yields the URL of a database there."""
    root = os.geteuid() == 0
    who: dict[str, Any] = {"user": OTHERWISE} if root else {}
    # below /tmp: a socket's path may have 107 bytes, and pytest's folders are closed to others
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if root:
        shutil.chown(folder, OTHERWISE)
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "cwd": folder}
    made = [programs / "initdb", "-D", data, "-U", "console", "-A", "trust", "-E", "UTF8"]
    try:
        subprocess.run([*made, "--no-sync", "--locale=C.UTF-8"], check=True, **quiet, **who)
        options = [part for each in QUICK for part in ("-c", each)]
        command = [programs / "postgres", "-D", data, "-k", folder, "-h", "", *options]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL, **quiet, **who) as server:
            try:
                patience = Patience()
                ready = [programs / "pg_isready", "-h", folder, "-U", "console", "-q"]
                while subprocess.run(ready, check=False, **quiet).returncode:
                    assert server.poll() is None, "PostgreSQL ended"
                    patience.require("PostgreSQL does not start")
                    time.sleep(0.1)
                yield f"postgresql+psycopg://console@/postgres?host={folder}"
            finally:
                server.send_signal(signal.SIGINT)  # at once, whoever is connected
    finally:
        shutil.rmtree(folder, ignore_errors=True)
