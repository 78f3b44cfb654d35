from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

COMMAND = (
    "import sys; from streams.cli import main; from online_models.numerics.special import expm1;"
    " status = main(['pipe']); expm1(1.0); sys.exit(status)"
)


def test_compilation_is_announced_once_and_not_where_it_is_done(tmp_path: Path) -> None:
    def told() -> int:
        call = [sys.executable, "-c", COMMAND]
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
        done = subprocess.run(call, env=environment, input=b"", capture_output=True, check=True)
        return done.stderr.count(b"compiling")

    assert [told(), told()] == [1, 0]
