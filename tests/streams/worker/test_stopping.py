"""A stop ends in time, whatever the process does."""

from __future__ import annotations

import signal
import subprocess
import sys

#: A loop with a handler of its own, in which work begins that gives it no turn for a minute.
BUSY = """
import asyncio, signal, time
from streams.worker import stopping

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


def stopped(gives_turns: bool) -> tuple[int, str]:
    source = BUSY.replace("GIVES_TURNS", str(gives_turns))
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        run.send_signal(signal.SIGTERM)
        said = run.stdout.read()
        return run.wait(), said


def test_it_ends_in_time_where_the_loop_gets_no_turn() -> None:
    assert stopped(gives_turns=False) == (0, "")


def test_the_loop_handles_the_signal_where_it_can() -> None:
    assert stopped(gives_turns=True) == (0, "handled [True]\n")
