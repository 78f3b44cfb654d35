"""What became of a `model-updates` record."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Verdict(NamedTuple):
    """More parts are awaited, it is in force, or why it is not."""

    kind: Literal["pending", "accepted", "rejected"]
    reason: str = ""
