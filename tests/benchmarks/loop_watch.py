"""Run `pricetide` with a watch on its event loop, which notes into a file what held it up.

    python -m tests.benchmarks.loop_watch FILE worker --bootstrap …

Each line of FILE is a JSON list: `["late", at, ms]`, a wake-up that came so late, whoever had the
processor; or `["busy", at, ms, what]`, a callback that took so much CPU. `at` is the machine's
monotonic clock, in seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from streams import cli

#: Seconds between two looks at the clock.
PACE = 0.002
#: ms; shorter ones hold nobody up.
WORTH_NOTING = 5.0


def watched(run: Callable[[Any], None], note: Callable[..., None]) -> Callable[[Any], None]:
    """`Handle._run` that notes the callbacks that take long, and begins the look-outs."""
    looking: set[asyncio.AbstractEventLoop] = set()

    def timed(handle: Any) -> None:
        if handle._loop not in looking:
            looking.add(handle._loop)
            handle._loop.create_task(_look_out(note))
        begun = time.thread_time()
        run(handle)
        ms = 1000 * (time.thread_time() - begun)
        if ms > WORTH_NOTING:
            note("busy", ms, _name(handle))

    return timed


async def _look_out(note: Callable[..., None]) -> None:
    while True:
        due = time.monotonic() + PACE
        await asyncio.sleep(PACE)
        ms = 1000 * (time.monotonic() - due)
        if ms > WORTH_NOTING:
            note("late", ms)


def _name(handle: Any) -> str:
    """The coroutine that a callback steps, or the callback itself."""
    task = getattr(handle._callback, "__self__", None)
    if isinstance(task, asyncio.Task):
        return str(getattr(task.get_coro(), "__qualname__", task))
    return str(getattr(handle._callback, "__qualname__", handle._callback))


def main(path: str, arguments: list[str]) -> int:
    """Run the command; returns its exit status."""
    with open(path, "a", buffering=1) as file:  # noqa: PTH123

        def note(kind: str, ms: float, *more: str) -> None:
            file.write(json.dumps([kind, time.monotonic(), ms, *more]) + "\n")

        asyncio.Handle._run = watched(asyncio.Handle._run, note)  # type: ignore[method-assign,assignment]
        return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
