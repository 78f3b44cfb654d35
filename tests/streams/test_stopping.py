"""A stop ends in time, whatever the process does."""

from __future__ import annotations

import signal
import subprocess
import sys

#: A loop with a handler of its own, in which work begins that gives it no turn for a minute.
BUSY = """
import asyncio, signal, time
from streams import stopping

stopping.CLEAN_SECONDS = 60 if GIVES_TURNS else 0.2
handled = []

async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, handled.append, True)
    stopping.time_stops()
    print("ready", flush=True)
    until = time.monotonic() + 60
    while time.monotonic() < until and not (GIVES_TURNS and handled):
        if GIVES_TURNS:
            await asyncio.sleep(0.01)

asyncio.run(main())
print("handled", handled, flush=True)
"""


#: A task that does not end when it is cancelled.
STUBBORN = """
import asyncio, contextlib, signal
from streams import stopping

stopping.CLEAN_SECONDS = 0.2

async def stubborn():
    while True:
        with contextlib.suppress(asyncio.CancelledError):
            print("ready", flush=True)
            await asyncio.sleep(60)

async def main():
    task = asyncio.create_task(stubborn())
    loop = asyncio.get_running_loop()

    def stop():
        stopping.begin_stop()
        task.cancel()

    loop.add_signal_handler(signal.SIGTERM, stop)
    await task

asyncio.run(main())
"""


#: A signal that comes while a class is being made, as many are while a command loads.
LOADING = """
import time
from streams import stopping

stopping.stop_on_signals()

class Slow:
    def __set_name__(self, owner, name):
        print("ready", flush=True)
        time.sleep(60)

class Made:
    slow = Slow()
"""


def stopped(source: str) -> tuple[int, str]:
    with subprocess.Popen(
        [sys.executable, "-c", source],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        run.send_signal(signal.SIGTERM)
        said = run.stdout.read()
        return run.wait(), said


def test_it_ends_in_time_where_the_loop_gets_no_turn() -> None:
    assert stopped(BUSY.replace("GIVES_TURNS", "False")) == (
        0,
        "the time to stop is over: what was under way is left to whoever takes over (main)\n",
    )


def test_the_loop_handles_the_signal_where_it_can() -> None:
    assert stopped(BUSY.replace("GIVES_TURNS", "True")) == (0, "handled [True]\n")


def test_what_does_not_end_is_named() -> None:
    status, said = stopped(STUBBORN)
    assert status == 0
    assert said.splitlines()[-1].endswith("(main, stubborn)")


def test_it_ends_well_wherever_the_signal_finds_it() -> None:
    assert stopped(LOADING) == (0, "")
