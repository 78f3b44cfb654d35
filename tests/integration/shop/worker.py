"""A worker as a process of its own, that a test may kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.integration.shop.forked import Forked
from tests.patience import Patience

#: A clean stop takes at most this long, the contract says, not counting the time for which others
#: have the processor.
CLEAN_STOP_SECONDS = 10
#: Between looks at whether it has ended.
LOOK_SECONDS = 1.0


def waited_for_processor(pid: int) -> dict[str, float]:
    """Seconds for which each living thread of a process had work and no processor, by its id."""
    waits = {}
    for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            waits[thread.parent.name] = int(thread.read_text().split()[1]) / 1e9
    return waits


#: Roles that start processes of their own, or load what no other worker does.
APART = ("train", "forecast")


class Worker:
    """`pricetide worker`, or another command that goes on, with a static instance id; its log is
    `log`. `module` is what runs it. A worker is forked from loaded code, unless it is to be started
    `anew`.
    """

    def __init__(
        self,
        bootstrap: str,
        folder: Path,
        instance: str,
        *flags: str,
        module: str = "streams.cli",
        command: str = "worker",
        anew: bool = False,
        **variables: str,
    ) -> None:
        self.instance = instance
        self.log = folder / f"{instance}.log"
        self._module = module
        self._words = [command, "--bootstrap", bootstrap, *flags]
        ours = (module, command) == ("streams.cli", "worker") and not set(APART) & set(flags)
        self._forked = ours and not anew
        self._variables = {
            "PRICETIDE_INSTANCE": instance,
            "PRICETIDE_SNAPSHOT_SECONDS": "1",
            "OMP_NUM_THREADS": "1",
            **variables,
        }
        self.start()

    def start(self) -> None:
        """Start, also again after an end."""
        variables = os.environ | self._variables
        self.process: Forked | subprocess.Popen[bytes]
        if self._forked:
            self.log.touch()
            self.process = Forked(self._words, variables, self.log)
            return
        command = [sys.executable, "-m", self._module, *self._words]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=variables, stdout=log, stderr=subprocess.STDOUT
            )

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def stop(self) -> int:
        """Stop it cleanly; returns its exit status."""
        before = waited_for_processor(self.process.pid)
        self.signal(signal.SIGTERM)
        told, waited = time.monotonic(), 0.0
        while time.monotonic() - told < CLEAN_STOP_SECONDS + waited:
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(LOOK_SECONDS)
            waits = waited_for_processor(self.process.pid).items()
            waited = max([waited, *(all_of - before.get(each, 0.0) for each, all_of in waits)])
        self.kill()
        raise AssertionError(
            f"no clean stop in {CLEAN_STOP_SECONDS} s beside {waited:.1f} s without a processor\n"
            f"{self.tail()}"
        )

    def wait_for(self, text: str, times: int = 1) -> None:
        """Wait until the log has a text so many times."""
        patience = Patience()
        while self.text().count(text) < times:
            said = f"{self.instance} never said {text!r}\n{self.tail()}"
            assert self.process.poll() is None, said
            patience.require(said)
            time.sleep(0.05)

    def text(self) -> str:
        """Everything it has said."""
        return self.log.read_text(errors="replace")

    def tail(self) -> str:
        """The last it has said."""
        return "\n".join(self.text().splitlines()[-30:])
