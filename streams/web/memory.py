"""Memory that is free, but still counted as the console's."""

from __future__ import annotations

import ctypes
from collections.abc import Callable


def _trimmer() -> Callable[[int], object] | None:
    try:
        found = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):  # no GNU C library
        return None
    trim: Callable[[int], object] = found
    return trim


_TRIM = _trimmer()


def give_back() -> None:
    """Let the C library return what it holds free; sorting a large catalogue leaves it tens of MB,
    which it would keep for the next time. Nothing is done where the library cannot.
    """
    if _TRIM is not None:
        _TRIM(0)
