"""What Kafka's own tool writes as it formats the folder of a new node: from the second one on
without a JVM for it.

Two files: the features that a new cluster of this Kafka begins with, which are kept, and whose
folder it is.
"""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from streams.kafka.broker.folder import new_id

FEATURES = "bootstrap.checkpoint"
IDENTITY = "meta.properties"


class Formatted:
    """What is kept of it in the folder of an installed Kafka."""

    def __init__(self, kafka: Path) -> None:
        self._features = kafka / FEATURES

    @staticmethod
    def identified(partitions: Path) -> bool:
        """Whether a node's folder is formatted."""
        return (partitions / IDENTITY).exists()

    def format(self, partitions: Path, node: int, cluster_id: str) -> bool:
        """Format a node's folder; returns whether there was what that takes."""
        if not self._features.exists():
            return False
        partitions.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._features, partitions / FEATURES)
        lines = ["version=1", f"cluster.id={cluster_id}", f"node.id={node}"]
        lines.append(f"directory.id={new_id()}")
        # it says that all is there: last
        (partitions / IDENTITY).write_text("\n".join(lines) + "\n")
        return True

    def keep(self, partitions: Path) -> None:
        """Keep what the tool has written; a cache that can't be written to only costs speed."""
        with suppress(OSError):
            descriptor, name = tempfile.mkstemp(prefix=".features-", dir=self._features.parent)
            os.close(descriptor)
            copy = Path(shutil.copyfile(partitions / FEATURES, name))
            copy.chmod(0o644)  # as its jars are: whoever installed them, others may start it
            copy.replace(self._features)
