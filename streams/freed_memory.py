"""Let the process keep what it frees, rather than hand it back to the system at once."""

from __future__ import annotations

import ctypes
import sys

#: glibc's names of the two thresholds (malloc.h).
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
#: Bytes that stay ours when they are freed at the heap's end, and from which on an array has pages
#: of its own, which do go back.
KEPT, OWN_PAGES = 64 << 20, 8 << 20


def keep_freed_memory() -> None:
    """Raise the thresholds of glibc's allocator; elsewhere nothing happens.

    NumPy frees and asks again for arrays of some hundred kilobytes all day. By default each goes
    back to the system, and comes anew page by page, a fault for each 4 KB: a third of the time that
    learning demand takes.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_TRIM_THRESHOLD, KEPT)
        mallopt(_M_MMAP_THRESHOLD, OWN_PAGES)
