"""What was survived how often, as JSON; runs add up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def write(path: Path | None, name: str, found: dict[str, Any]) -> None:
    """Add what a form of the command has found to what the file says of it."""
    if path is None:
        return
    said: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(added(said, {name: found}), indent=2) + "\n")


def added(one: Any, other: Any) -> Any:
    """Two reports in one: numbers are added, lists joined.

    >>> added({"runs": 1, "faults": {"kill": 2}}, {"runs": 1, "faults": {"stop": 3}})
    {'runs': 2, 'faults': {'kill': 2, 'stop': 3}}
    """
    if not isinstance(one, dict):
        return one + other
    shared = {name: added(one[name], other[name]) for name in one if name in other}
    return one | other | shared
