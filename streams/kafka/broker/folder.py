"""The data folder: what is kept in it, and that one broker at a time uses it."""

import base64
import fcntl
import json
import shutil
import tempfile
import uuid
from pathlib import Path
from typing import IO

from streams.errors import BrokerError
from streams.kafka.broker.jars import pinned

TEMPORARY = "pricetide-broker-"
IDENTITY = "cluster.json"
#: The Kafka of folders that do not say which one wrote them.
FIRST_KAFKA = "4.3.1"
#: Events name customers, and beside them lie keys: nobody else on the machine reads them.
PRIVATE = 0o700


def new_id() -> str:
    """Return a random id as Kafka writes them."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()


def temporary_folder() -> Path:
    """Return a new temporary folder, after removing those of brokers whose process was killed."""
    for orphan in Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*"):
        # A folder gets its identity under its lock: with the one, and without the other, nobody
        # will come back to it. One without an identity is being made, and its lock left alone.
        if not (orphan / IDENTITY).exists():
            continue
        try:
            with (orphan / "lock").open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        shutil.rmtree(orphan, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=TEMPORARY))


class DataFolder:
    """A data folder, held by this process until it is released.

    Parameters
    ----------
    path
        Made where it doesn't exist, and this user's alone from then on.
    brokers
        The number of nodes; a folder keeps the number it was made for.

    Raises
    ------
    BrokerError
        Another broker holds the folder, it was made for another number of nodes, a later Kafka
        wrote it, or it holds something else.
    """

    def __init__(self, path: Path, brokers: int) -> None:
        self.path = path.resolve()
        try:
            self.path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            self._lock: IO[str] = (self.path / "lock").open("w")
        except OSError as error:
            raise BrokerError(f"the data folder {self.path} cannot be used: {error}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.cluster_id = self._identity(brokers)
            self.path.chmod(PRIVATE)
        except BlockingIOError as error:
            self.release()
            raise BrokerError(f"another broker uses the data folder {self.path}") from error
        except BaseException:
            self.release()
            raise

    def node(self, number: int) -> Path:
        """Return the folder of one node."""
        return self.path / f"node-{number}"

    def release(self) -> None:
        """Let others use the folder."""
        self._lock.close()

    def _identity(self, brokers: int) -> str:
        file = self.path / IDENTITY
        if file.exists():
            try:
                kept = json.loads(file.read_text())
            except ValueError as error:
                raise BrokerError(f"{file} is damaged: {error}") from error
            if kept["brokers"] != brokers:
                raise BrokerError(
                    f"the data folder {self.path} was made for {kept['brokers']} broker(s),"
                    f" not {brokers}; give another folder, or the same number"
                )
            self._require_readable(kept.get("kafka", FIRST_KAFKA))
            return str(kept["cluster_id"])
        if any(each.name != "lock" for each in self.path.iterdir()):
            (self.path / "lock").unlink()
            raise BrokerError(
                f"the data folder {self.path} holds something else; give an empty one"
            )
        cluster_id = new_id()
        kept = {"cluster_id": cluster_id, "brokers": brokers, "kafka": pinned().kafka}
        file.write_text(json.dumps(kept) + "\n")
        return cluster_id

    def _require_readable(self, kafka: str) -> None:
        """Kafka reads what an earlier one has written, never the other way round."""
        ours = pinned().kafka
        if _feature_release(kafka) > _feature_release(ours):
            raise BrokerError(
                f"the data folder {self.path} was written by Kafka {kafka}, which Kafka {ours}"
                " cannot read; give an empty folder. What is to be kept of the old one the"
                " earlier release of pricetide can still record (`pricetide record`)"
            )


def _feature_release(kafka: str) -> tuple[int, ...]:
    """Major and minor version.

    >>> _feature_release("4.2.1")
    (4, 2)
    """
    return tuple(map(int, kafka.split(".")[:2]))
