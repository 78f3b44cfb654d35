"""A command as the child of a worker: it yields to its parent, and ends when that ends."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence

from streams import cli

#: Training yields to a pricer on the same machine: at 10 wake-ups of others came measurably later.
NICENESS = 19


def main(arguments: Sequence[str]) -> int:
    """Run `pricetide ARGUMENTS`; returns the exit status.

    The parent holds the other end of stdin, and never writes.
    """
    os.nice(NICENESS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return cli.main(list(arguments))


def _end_with_parent() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
