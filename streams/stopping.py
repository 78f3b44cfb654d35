"""What is asked to stop ends within its time, whatever it waits for."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

logger = logging.getLogger(__name__)

#: Seconds for a clean end. Whoever waits ten ends it by force then.
CLEAN_SECONDS = 8.5
_begun = threading.Event()


def stop_on_signals() -> None:
    """From now on SIGTERM ends the process, with status 0: at once until something is under way
    that takes over the signal, and says so by `begin_stop`.
    """
    signal.signal(signal.SIGTERM, _stop)


def begin_stop() -> None:
    """A stop has begun: what is not done in time is left undone.

    Nothing is lost by that: whoever takes over goes on where the last transaction ended.
    """
    if not _begun.is_set():
        _begun.set()
        timer = threading.Timer(CLEAN_SECONDS, _end, [_running_loop()])
        timer.daemon = True
        timer.start()


def when_stopped(act: Callable[[], object]) -> None:
    """Let the running loop call `act` at SIGINT or SIGTERM, with which a stop begins."""

    def stop() -> None:
        begin_stop()
        act()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)


def time_stops() -> None:
    """From now on a stop has begun when SIGTERM comes, also where the event loop that handles it
    does not get to it: while rules are compiled, or a long batch is folded.
    """
    signal.signal(signal.SIGTERM, lambda _number, _frame: begin_stop())
    signal.siginterrupt(signal.SIGTERM, False)  # as the loop wants it, which is woken all the same


def end() -> NoReturn:
    """End the process with status 0; all that matters has stopped.

    What Python tidies up at its end costs a worker a second of its processor, and so a stop on a
    busy machine its time.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    # what is raised here can become another error on its way: a class that is being made says
    # RuntimeError of it
    os._exit(0)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _end(loop: asyncio.AbstractEventLoop | None) -> NoReturn:
    tasks = asyncio.all_tasks(loop) if loop else ()
    left = sorted({getattr(task.get_coro(), "__qualname__", task.get_name()) for task in tasks})
    logger.warning(
        "the time to stop is over: what was under way is left to whoever takes over%s",
        f" ({', '.join(left)})" if left else "",
    )
    end()
