"""JSON on stdout, as `--json` of every command prints it."""

from __future__ import annotations

from typing import Any

import msgspec


def print_json(document: Any) -> None:
    """Print one document in one line; numbers that JSON does not have become null."""
    print(msgspec.json.encode(document).decode())
