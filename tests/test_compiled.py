"""The recorded month comes out the same from any machine code, and from none."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from llvmlite.binding import get_host_cpu_features
from numba import njit

from tests.recordings.test_golden import EXPECTED, FOLDER

NAME = "days"
#: A product and a sum in one rounding: VFMADD… of x86-64, FMADD, FMLA… of ARM.
FUSED = re.compile(r"^\s+(v?fn?m(?:add|sub)\w*|fml[as])\b", re.MULTILINE)
MONTH = """
import json, sys
sys.path.insert(0, sys.argv[1])
import renew
lines = (renew.FOLDER / "shop.jsonl").read_bytes().splitlines()
found = renew.summary(lines, renew.SETTINGS[sys.argv[2]])
rules = {}
loaded = [module for name, module in sys.modules.items() if name.startswith("online_models.")]
for module in loaded:
    for name, value in vars(module).items():
        if hasattr(value, "inspect_asm") and value.__module__ == module.__name__:
            rules[f"{module.__name__}.{name}"] = list(value.inspect_asm().values())
print(json.dumps([found, rules]))
"""


def month(**environment: str) -> Any:
    """(what came out, the machine code of every rule that ran, one text a signature)."""
    call = [sys.executable, "-W", "ignore", "-c", MONTH, str(FOLDER), NAME]
    done = subprocess.run(
        call, env={**os.environ, **environment}, check=True, stdout=subprocess.PIPE
    )
    return json.loads(done.stdout)


def product_and_sum(x: float, y: float) -> float:
    return x * y + x


def test_fused_products_would_be_found() -> None:
    if "+fma" not in get_host_cpu_features().flatten().split(","):
        pytest.skip("this CPU has none")
    fast = njit(fastmath=True)(product_and_sum)
    fast(1.0, 2.0)
    assert FUSED.findall("\n".join(fast.inspect_asm().values()))


def test_compiled_afresh_for_this_cpu_without_a_fused_product(tmp_path: Path) -> None:
    # what is loaded from a folder shows no machine code
    found, rules = month(NUMBA_CACHE_DIR=str(tmp_path))
    assert found == EXPECTED[NAME]
    assert sum(map(len, rules.values())) > 3
    for rule, codes in rules.items():
        assert not any(FUSED.findall(code) for code in codes), rule
        # each costs compilation: arrays of one kind and layout are passed everywhere
        assert len(codes) <= 2, rule


@pytest.mark.slow
def test_compiled_for_any_cpu() -> None:
    found, _ = month(NUMBA_CPU_NAME="generic")
    assert found == EXPECTED[NAME]


def test_not_compiled_at_all() -> None:
    found, rules = month(NUMBA_DISABLE_JIT="1")
    assert found == EXPECTED[NAME]
    assert rules == {}
