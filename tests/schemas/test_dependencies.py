"""`schemas` stands at the bottom: nothing of ours, no clock, no network, no randomness."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import schemas

ROOT = Path(schemas.__file__).parent
FILES = sorted(path for path in ROOT.rglob("*.py"))
ALLOWED = {"schemas", "pydantic", "msgspec", "__future__"} | {
    "collections",
    "dataclasses",
    "datetime",
    "decimal",
    "functools",
    "re",
    "typing",
}
#: The export writes the generated files, and is no part of any running process.
EXPORT = ALLOWED | {"argparse", "json", "pathlib", "sys"}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield str(node.module).partition(".")[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_imports_only_what_the_bottom_may(path: Path) -> None:
    allowed = EXPORT if path.parent.name == "export" else ALLOWED
    assert set(imported(path)) <= allowed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_reads_the_clock(path: Path) -> None:
    calls = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert not calls & {"now", "utcnow", "today", "monotonic", "perf_counter"}
