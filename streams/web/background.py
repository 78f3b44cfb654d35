"""Work that no page waits for, in threads that stand back while a page wants the processor."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

#: What follows the topics, and what counts the shop.
THREADS = 2
#: Of 19: a page gets nine tenths of a processor that both want.
NICENESS = 10

T = TypeVar("T")


async def in_background(work: Callable[..., T], *arguments: object) -> T:
    """The outcome of what may take long."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), work, *arguments)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="background", initializer=stand_back)


def stand_back() -> None:
    """Let other threads go first from now on, where the system can: Linux, one thread by one."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        before = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, max(before, NICENESS))
