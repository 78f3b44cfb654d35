"""The embedded broker's nodes: ports, processes, and what their logs say when they fail."""

from __future__ import annotations

import os
import queue
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

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


LINES = 15

HEAD = re.compile(r"\[[^\]]+\] (?P<level>[A-Z]+) ")
SERIOUS = {"ERROR", "FATAL"}


def cause_lines(log: Iterable[str]) -> list[str]:
    """Return the lines of a log that tell why Kafka failed, at most 15.

    A node that fails still ends in order, at length: those messages, stack frames and what
    several threads repeat are left out. A log without any error gives its plain end.
    """
    lines = list(log)
    serious = False
    # A dict for its order: the first mention of each line counts.
    causes: dict[str, None] = {}
    for line in lines:
        head = HEAD.match(line)
        if head is not None:
            serious = head["level"] in SERIOUS
        if serious and not line.startswith("\t"):
            causes[line] = None
    return list(causes)[:LINES] or lines[-LINES:]


# On Linux the kernel itself kills the child when its parent dies, however that happens. The
# request has to come from the child, between fork and exec: a short interpreter makes it there
# and becomes the program, which is safe where running Python after a fork from a threaded
# process is not. Its parent may have died before the request: hence the look at its id.
BIND_TO_PARENT = """
import ctypes, os, signal, sys
PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""


def spawn(command: Sequence[str], output: Path) -> subprocess.Popen[bytes]:
    """Start `command`, its output appended to the file `output`, bound to this process's life.

    It gets a session of its own, so that Ctrl-C in a terminal reaches only the parent, which
    then stops it in order.
    """
    if sys.platform == "linux":
        binding = [sys.executable, "-I", "-S", "-c", BIND_TO_PARENT, str(os.getpid())]
        command = [*binding, *command]
    started: queue.SimpleQueue[subprocess.Popen[bytes] | OSError] = queue.SimpleQueue()

    def own() -> None:
        try:
            with output.open("ab") as file:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as error:
            started.put(error)
            return
        started.put(process)
        process.wait()

    # The kernel watches the thread that forked, not the process: this one lives just as long as
    # the child, so that a caller's short-lived thread can start a broker.
    threading.Thread(target=own, name="broker process", daemon=True).start()
    result = started.get()
    if isinstance(result, OSError):
        raise result
    return result


def stop(processes: Sequence[subprocess.Popen[bytes]], seconds: float) -> None:
    """End all processes together: in order within `seconds`, by force after that."""
    for process in processes:
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + seconds
    try:
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
    finally:
        for process in processes:
            process.kill()
            process.wait()
