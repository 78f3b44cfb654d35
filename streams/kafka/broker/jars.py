"""Apache Kafka's jars: fetched once, checked against their pinned SHA-256, then used offline."""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from streams.errors import BrokerError

LOCK_FILE = Path(__file__).with_name("jars.json")

# A few connections hide the latency of 46 small files; more would only crowd the server.
CONNECTIONS = 8
TIMEOUT_SECONDS = 30

Progress = Callable[[int, int], None]
"""Called with (bytes fetched so far, bytes in all)."""


@dataclass(frozen=True)
class Jar:
    """One pinned jar: its path in a Maven repository, its size in bytes and its SHA-256."""

    path: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.rsplit("/", 1)[1]


@dataclass(frozen=True)
class Pinned:
    """The content of `jars.json`."""

    kafka: str
    jars: tuple[Jar, ...]
    digest: str


def pinned() -> Pinned:
    """Read the pinned jars that belong to this version of the package."""
    text = LOCK_FILE.read_bytes()
    content = json.loads(text)
    jars = tuple(Jar(**jar) for jar in content["jars"])
    return Pinned(content["kafka"], jars, hashlib.sha256(text).hexdigest())


def cache_folder() -> Path:
    """Return the user's cache folder of this project, after the XDG base directory rules."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "pricetide"


def install(progress: Progress | None = None) -> Path:
    """Return the folder of a complete Kafka, fetching it first where the cache lacks it.

    Safe in any number of processes at once: one fetches while the others wait, and the folder
    appears under its final name only when every jar in it is complete and checked.

    Raises
    ------
    BrokerError
        The jars can't be fetched, or are not the pinned ones.
    """
    wanted = pinned()
    cache = cache_folder()
    folder = cache / f"kafka-{wanted.kafka}-{wanted.digest[:12]}"
    if folder.is_dir():
        return folder
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BrokerError(f"the cache folder {cache} cannot be made: {error}") from error
    with _exclusive(cache / "install.lock"):
        if folder.is_dir():
            return folder
        staging = Path(tempfile.mkdtemp(prefix=".kafka-", dir=cache))
        try:
            (staging / "jars").mkdir()
            _fetch_all(wanted, staging / "jars", progress)
            staging.chmod(0o755)
            staging.rename(folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return folder


def classpath(folder: Path) -> str:
    """Return the Java class path of an installed Kafka, in the pinned order.

    The order is part of what a class data archive is checked against, so it may not be left
    to the file system.
    """
    return os.pathsep.join(str(folder / "jars" / jar.name) for jar in pinned().jars)


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fetch_all(wanted: Pinned, folder: Path, progress: Progress | None) -> None:
    # Imported here: only the first start ever needs them.
    try:
        import requests
        from jgo import MAVEN_CENTRAL_URL
        from jgo.config import GlobalSettings
    except ImportError as error:
        raise BrokerError(
            "the embedded broker needs the 'broker' extra: pip install 'pricetide[broker]'"
        ) from error

    # A mirror named in jgo's own settings is asked first, as Maven would.
    repositories = [*GlobalSettings.load().repositories.values(), MAVEN_CENTRAL_URL]
    total = sum(jar.size for jar in wanted.jars)
    with requests.Session() as session, ThreadPoolExecutor(CONNECTIONS) as pool:

        def fetch(jar: Jar) -> int:
            failures = []
            for repository in repositories:
                url = f"{repository.rstrip('/')}/{jar.path}"
                try:
                    response = session.get(url, timeout=TIMEOUT_SECONDS)
                    response.raise_for_status()
                except requests.RequestException as error:
                    failures.append(str(error))
                    continue
                if hashlib.sha256(response.content).hexdigest() == jar.sha256:
                    (folder / jar.name).write_bytes(response.content)
                    return jar.size
                failures.append(f"{url} is not the pinned file (its SHA-256 differs)")
            raise BrokerError(
                f"Apache Kafka {wanted.kafka} could not be downloaded; its jars are needed once,"
                f" from then on the broker starts offline: {'; '.join(failures)}"
            )

        done = 0
        for size in pool.map(fetch, wanted.jars):
            done += size
            if progress is not None:
                progress(done, total)
