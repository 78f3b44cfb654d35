"""Lines on stderr, each under the command's name."""

from __future__ import annotations

import sys


def note(command: str, *lines: object) -> None:
    """Say something that is no result: a problem, a warning, what was left out."""
    for line in lines:
        print(f"{f'pricetide {command}'.rstrip()}: {line}", file=sys.stderr)
