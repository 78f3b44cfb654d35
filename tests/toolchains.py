"""Tools of other languages, which a machine may have or not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

BUILD_SECONDS = 300.0


def build(folder: Path, *command: str, seconds: float = BUILD_SECONDS) -> None:
    """Fetch or compile; skips where the tool, or a package registry, is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} here")
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode:
        pytest.skip(f"{' '.join(command)}: {done.stderr[-500:]}")
