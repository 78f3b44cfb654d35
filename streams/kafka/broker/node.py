"""One Kafka node: broker and controller in one Java process."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from streams.errors import BrokerError
from streams.kafka.broker import configuration, java, process
from streams.kafka.broker.formatted import Formatted
from streams.kafka.broker.jars import classpath
from streams.kafka.broker.java import Archive
from streams.kafka.broker.process import cause_lines


class Node:
    """The process of one node, and its folder: settings, log and partitions.

    Parameters
    ----------
    number
        The node's id, from 1.
    folder
        Holds all that is this node's own.
    kafka
        The folder of an installed Kafka.
    heap
        The Java heap, in MB.
    """

    def __init__(self, number: int, folder: Path, kafka: Path, heap: int) -> None:
        self.number = number
        self.partitions = folder / "partitions"
        self.log = folder / "broker.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._folder = folder
        self._properties = folder / "server.properties"
        self._output = folder / "output.log"
        self._heap = heap
        self._kafka = kafka
        self._classpath = classpath(kafka)
        self._archive = Archive.beside(kafka)
        self._recording: Path | None = None
        self._log_size_at_start = 0

    def write(self, settings: Mapping[str, str]) -> None:
        """Write the settings that the next start reads."""
        (self._folder / "temporary").mkdir(parents=True, exist_ok=True)
        (self._folder / "log4j2.xml").write_text(configuration.LOG_CONFIGURATION)
        self._properties.write_text(configuration.to_text(settings))

    def format(self, cluster_id: str) -> None:
        """Prepare the folder of a new node; one that is formatted keeps its data."""
        kept = Formatted(self._kafka)
        if kept.identified(self.partitions) or kept.format(
            self.partitions, self.number, cluster_id
        ):
            return
        command = self._java("kafka.tools.StorageTool", self._archive.use())
        command += ["format", f"--cluster-id={cluster_id}", f"--config={self._properties}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BrokerError(f"Kafka could not format {self.partitions}: {done.stderr.strip()}")
        kept.keep(self.partitions)

    def start(self, *, record: bool) -> None:
        """Start the process; with `record` it may write the archive of its classes as it ends."""
        self._recording = self._archive.recording() if record else None
        flags = (
            self._archive.use()
            if self._recording is None
            else self._archive.record(self._recording)
        )
        self._output.unlink(missing_ok=True)
        self._log_size_at_start = self.log.stat().st_size if self.log.exists() else 0
        command = [*self._java("kafka.Kafka", flags), str(self._properties)]
        self.process = process.spawn(command, self._output)

    @property
    def recording(self) -> bool:
        """Whether an orderly end would leave an archive that later starts use."""
        return self._recording is not None

    def require_running(self) -> None:
        """Raise `BrokerError` where the process has ended by itself."""
        if self.process is not None and self.process.poll() is not None:
            status = self.process.returncode
            raise BrokerError(f"Kafka node {self.number} ended with status {status}\n{self.tail()}")

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.ended()

    def ended(self) -> None:
        """Clear up after the process has ended."""
        if self._recording is not None and self.process is not None:
            # A killed process has a negative status, and may have left half an archive.
            self._archive.keep(self._recording, whole=self.process.returncode >= 0)
        self._recording = None
        self.process = None

    def tail(self) -> str:
        """Return what the process said last, for a message about its failure."""
        said = self.log.read_bytes() if self.log.exists() else b""
        # A log that was rolled over is shorter than it was, and all new.
        fresh = said[self._log_size_at_start :] if len(said) >= self._log_size_at_start else said
        output = self._output.read_bytes() if self._output.exists() else b""
        lines = (fresh + output).decode(errors="replace").splitlines()
        return "\n".join(cause_lines(lines))

    def _java(self, main: str, flags: list[str]) -> list[str]:
        return [
            java.java(),
            *java.FLAGS,
            f"-Xmx{self._heap}m",
            # Compression libraries unpack themselves there; in the system's folder the pieces
            # would stay behind after a kill.
            f"-Djava.io.tmpdir={self._folder / 'temporary'}",
            f"-Dlog4j2.configurationFile={self._folder / 'log4j2.xml'}",
            f"-Dbroker.log={self.log}",
            *flags,
            "-cp",
            self._classpath,
            main,
        ]
