"""Whether a broker answers: a metadata request, for an open port says little.

Kafka's clients log every refusal as an error while a broker starts, so the one small request is
spoken here: Metadata version 2, which every Apache Kafka since 0.10.1 understands.
"""

import socket
import struct
from dataclasses import dataclass

ANSWER_SECONDS = 2.0

METADATA, VERSION = 3, 2
NO_CLIENT_ID = -1
NO_TOPICS = 0


@dataclass(frozen=True)
class Metadata:
    """What a node says of its cluster: its id, and the ids of the nodes that serve clients."""

    cluster_id: str
    nodes: frozenset[int]


def accepts(host: str, port: int) -> bool:
    """Whether something listens there."""
    try:
        with socket.create_connection((host, port), timeout=ANSWER_SECONDS):
            return True
    except OSError:
        return False


def metadata(host: str, port: int) -> Metadata | None:
    """Ask the node at a plain (unencrypted) listener; None where no Kafka answers."""
    request = struct.pack(">hhihi", METADATA, VERSION, 0, NO_CLIENT_ID, NO_TOPICS)
    try:
        with socket.create_connection((host, port), timeout=ANSWER_SECONDS) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            with connection.makefile("rb") as stream:
                (size,) = struct.unpack(">i", stream.read(4))
                return _parse(stream.read(size))
    except (OSError, struct.error):
        return None


def _parse(answer: bytes) -> Metadata:
    _correlation, count = struct.unpack_from(">ii", answer)
    position, nodes = 8, set()
    for _ in range(count):
        node, host = struct.unpack_from(">ih", answer, position)
        position += 6 + host + 4
        (rack,) = struct.unpack_from(">h", answer, position)
        position += 2 + max(rack, 0)
        nodes.add(node)
    (size,) = struct.unpack_from(">h", answer, position)
    cluster_id = answer[position + 2 : position + 2 + size].decode()
    return Metadata(cluster_id, frozenset(nodes))
