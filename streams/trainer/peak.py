"""How much memory a piece of work takes: the peak above what the process held before it."""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path

_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")


class Peak:
    """Begins to watch when made; MB are of resident memory.

    Where the system can't set its mark back to the present (all but Linux), the peak is that of the
    process since its start: a process that has done other work shows too little.
    """

    def __init__(self) -> None:
        with suppress(OSError):
            _RESET.write_text("5")
        self._before = _highest()

    @property
    def megabytes(self) -> int:
        """MB taken so far at the most."""
        return (_highest() - self._before) // 1024


def _highest() -> int:
    """Highest resident memory, kB, since the start of the process or the last mark."""
    try:
        status = _STATUS.read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(status.partition("VmHWM:")[2].split(maxsplit=1)[0])
