"""The standard streams, whatever the caller made of them."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

#: Name, and how it is opened.
_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def prepare_streams() -> None:
    """Let one that is closed lead nowhere, before a file gets its number; let those that are
    written to write what is no text, such as a path may hold, by its number.
    """
    for name, mode in _STREAMS:
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
        stream = getattr(sys, name)
        if mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
