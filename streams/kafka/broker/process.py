"""A child process that never outlives its parent."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

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


def spawn(command: Sequence[str], output: Path) -> "subprocess.Popen[bytes]":
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


def stop(processes: Sequence["subprocess.Popen[bytes]"], seconds: float) -> None:
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
