"""What was survived how often, as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def write(path: Path | None, name: str, found: dict[str, Any]) -> None:
    """Put what a form of the command has found under its name; what the file says of the other
    forms stays.
    """
    if path is None:
        return
    said: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(said | {name: found}, indent=2) + "\n")
