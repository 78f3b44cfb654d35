"""Flags that several commands take, and what their values may be."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from schemas.values.instants import to_ms


def add_recordings(parser: argparse.ArgumentParser, nargs: str = "+") -> None:
    """Declare the recordings that a command reads."""
    help_ = "a recording: its folder, or a file of it"
    parser.add_argument("recordings", nargs=nargs, type=Path, metavar="RECORDING", help=help_)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Declare `--json`."""
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def instant(text: str) -> int:
    """The type of a flag that takes a time, RFC 3339 or epoch milliseconds; ms."""
    try:
        return to_ms(int(text) if text.isdecimal() else text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def at_least(least: int) -> Callable[[str], int]:
    """The type of a flag that takes whole numbers from `least` on."""

    def number(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{text} is below {least}")
        return value

    return number
