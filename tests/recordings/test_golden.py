"""The whole pricer on a recorded month gives the bytes that it gave before.

Where a change of prices is meant: `python tests/recordings/renew.py`, and say why.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FOLDER = Path(__file__).parent
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def renew() -> ModuleType:
    spec = importlib.util.spec_from_file_location("renew", FOLDER / "renew.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_recorded_month_comes_out_byte_for_byte(renew: Any, name: str) -> None:
    lines = (FOLDER / "shop.jsonl").read_bytes().splitlines()
    assert renew.summary(lines, renew.SETTINGS[name]) == EXPECTED[name]
