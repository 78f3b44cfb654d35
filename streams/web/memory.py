"""Memory that is free, but still counted as the console's."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

#: As malloc.h has it.
_ARENA_MAX = -8
#: Heaps that all threads share. By default each has one of its own, of which what it does not need
#: at the time is of no use to another.
ARENAS = 2


@cache
def _call(name: str) -> Callable[..., object]:
    """A function of the GNU C library; of another library, one that does nothing."""
    try:
        found: Callable[..., object] = getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError):
        return lambda *_: None
    return found


def share_heaps() -> None:
    """Let threads that are yet to come share their heaps."""
    _call("mallopt")(_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Let the C library return what it holds free; sorting a large catalogue leaves it tens of MB,
    which it would keep for the next time.
    """
    _call("malloc_trim")(0)
