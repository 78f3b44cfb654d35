"""What no page waits for."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

import pytest

from streams.web.background import NICENESS, in_background


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no niceness of their own")
def test_background_work_stands_back_and_nothing_else_does() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = niceness()
    found = asyncio.run(in_background(niceness))
    assert (found, niceness()) == (max(before, NICENESS), before)


def test_what_fails_in_the_background_is_told() -> None:
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_background(divmod, 1, 0))
