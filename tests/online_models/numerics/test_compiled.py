"""What keeps compiled rules the same everywhere: their machine code and how it is kept."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numba.core.dispatcher import Dispatcher

import online_models
from online_models.numerics.compiled import compiled, fingerprint


def rules() -> Iterator[Dispatcher]:
    """Every compiled rule of the package."""
    for found in pkgutil.walk_packages(online_models.__path__, "online_models."):
        for value in vars(importlib.import_module(found.name)).values():
            if isinstance(value, Dispatcher) and value.__module__ == found.name:
                yield value


def test_every_rule_is_compiled_by_the_one_decorator() -> None:
    for rule in rules():
        options = {name: value for name, value in rule.targetoptions.items() if value}
        assert options == {"error_model": "numpy", "nopython": True}, rule


def test_division_by_zero_is_that_of_arrays() -> None:
    @compiled
    def ratio(x: float, y: float) -> float:
        return x / y

    assert ratio(1.0, 0.0) == np.inf
    assert np.isnan(ratio(0.0, 0.0))


CALLER = """
from callee import inner, FACTOR
from online_models.numerics.compiled import compiled

@compiled
def outer(x):
    return inner(x) + FACTOR

print(outer(1), len(outer.stats.cache_hits))
"""
CALLEE = """
from online_models.numerics.compiled import compiled

FACTOR = {factor}

@compiled
def inner(x):
    return x + {added}
"""


def test_a_change_in_another_file_renews_what_is_kept(tmp_path: Path) -> None:
    """Numba alone looks at the file of the outermost rule."""
    (tmp_path / "caller.py").write_text(CALLER, encoding="utf-8")

    def run(**values: int) -> str:
        (tmp_path / "callee.py").write_text(CALLEE.format(**values), encoding="utf-8")
        path = os.pathsep.join([str(tmp_path), *sys.path])
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        call = [sys.executable, "caller.py"]
        done = subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, check=True)
        return done.stdout.decode().strip()

    assert run(factor=10, added=1) == "12 0"
    assert run(factor=10, added=1) == "12 1"
    assert run(factor=10, added=2) == "13 0"
    assert run(factor=20, added=2) == "23 0"


TAKER = """
from typing import NamedTuple
from online_models.numerics.compiled import compiled

class {name}(NamedTuple):
    {fields}

@compiled
def taken(pair: "{annotated}"):
    return pair.low

print(taken({name}(low=1, high=2)), len(taken.stats.cache_hits))
"""


def test_other_tuples_renew_what_is_kept(tmp_path: Path) -> None:
    """Machine code reads fields by their place, and the index names classes."""

    def run(name: str, *fields: str, annotated: str | None = None) -> str:
        text = TAKER.format(
            name=name,
            fields="\n    ".join(f"{field}: int" for field in fields),
            annotated=annotated or name,
        )
        (tmp_path / "taker.py").write_text(text, encoding="utf-8")
        path = os.pathsep.join([str(tmp_path), *sys.path])
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        call = [sys.executable, "-c", "import taker"]
        done = subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, check=True)
        return done.stdout.decode().strip()

    assert run("Pair", "low", "high") == "1 0"
    assert run("Pair", "low", "high") == "1 1"
    assert run("Pair", "high", "low") == "1 0"
    # neither the rule nor its annotation says that the class has another name
    assert run("Pair", "low", "high", annotated="object") == "1 0"
    assert run("Couple", "low", "high", annotated="object") == "1 0"


def test_without_a_folder_to_keep_it_in_a_rule_is_compiled_all_the_same() -> None:
    code = (
        "from numba.core import caching; caching.CacheImpl._locator_classes = []\n"
        "from online_models.numerics.elementary import exp_one\n"
        "assert exp_one(0.0) == 1.0"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_fingerprint_covers_constants_and_nested_code() -> None:
    def one(x: float) -> float:
        return sum([each + 1.0 for each in (x,)])

    def other(x: float) -> float:
        return sum([each + 2.0 for each in (x,)])

    assert fingerprint(one) != fingerprint(other)
    assert fingerprint(one) == fingerprint(one)
