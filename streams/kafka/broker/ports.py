"""Free TCP ports on the loopback interface."""

import random
import socket

# Below every system's range of ephemeral ports: a client that keeps trying to reconnect to a
# killed node could otherwise be given that very port as its own, connect to itself, and so keep
# the node from coming back.
FIRST, LAST = 20_000, 32_000


def free_ports(count: int, host: str) -> list[int]:
    """Return `count` distinct ports that nothing listens on.

    Another process may take one before it is used; whoever binds it must be ready to ask again.
    """
    held: list[socket.socket] = []
    try:
        while len(held) < count:
            candidate = socket.socket()
            try:
                candidate.bind((host, random.randrange(FIRST, LAST)))
            except OSError:
                candidate.close()
            else:
                held.append(candidate)
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()
