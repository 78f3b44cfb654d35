"""The model of twenty lines in the documents says what the pricer takes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from schemas.examples import EXAMPLES
from schemas.topics import decode
from streams.configuration.settings import Settings

PAGE = (Path(__file__).parents[1] / "docs" / "models.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_ones_own_model_takes_twenty_lines_and_says_sound_forecasts() -> None:
    code = block("python")
    assert len([line for line in code.splitlines() if line and "import" not in line]) <= 20
    seen = json.dumps(EXAMPLES["demand-observations"])
    done = subprocess.run(
        [sys.executable, "-c", code], input=f"{seen}\n{seen}\n", capture_output=True, text=True
    )
    assert done.stderr == ""
    for line in done.stdout.splitlines():
        found = decode("demand-forecasts", line.encode())
        assert len(found.points) == 3
        assert found.points[0].units > found.points[2].units
    assert len(done.stdout.splitlines()) == 2


def test_the_settings_of_the_page_are_settings() -> None:
    tables = tomllib.loads(block("toml"))
    assert Settings(**tables).forecasters["trend"].by == "all"
