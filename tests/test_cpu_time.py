"""What takes long is found by measuring, and left out of `make quick`."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import cpu_time
from tests.cpu_time import CpuTime


def report(nodeid: str, seconds: float) -> Any:
    return SimpleNamespace(
        when="teardown", nodeid=nodeid, user_properties=[("cpu_seconds", seconds)]
    )


class Terminal:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def section(self, title: str) -> None:
        self.lines.append(title)

    line = section


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(cpu_time, "LIST", tmp_path / "heavy.txt")
    (tmp_path / "heavy.txt").write_text("# head\na.py::known\n")

    def run(*, write: bool) -> list[str]:
        plugin, terminal = CpuTime(write=write), Terminal()
        for nodeid, seconds in [("a.py::known", 3.0), ("a.py::quick", 0.9)]:
            plugin.pytest_runtest_logreport(report(nodeid, seconds))
        for case in "xy":  # each of them is light, together they are not
            plugin.pytest_runtest_logreport(report(f"a.py::new[{case}]", 1.1))
        plugin.pytest_terminal_summary(terminal)
        return terminal.lines

    return run


def test_what_has_become_heavy_is_named(measured: Any) -> None:
    assert [line.rpartition("  ")[2] for line in measured(write=False)][1:] == ["a.py::new"]


def test_what_is_heavy_is_written_down(measured: Any) -> None:
    assert measured(write=True) == []
    assert cpu_time.listed() == {"a.py::known", "a.py::new"}


def test_what_ends_with_the_session_is_not_the_last_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([1.0, 2.5, 60.0])
    monkeypatch.setattr(cpu_time, "spent", lambda: next(clock))
    item: Any = SimpleNamespace(
        stash=pytest.Stash(), user_properties=[], get_closest_marker=lambda _: None
    )
    plugin, ending = CpuTime(write=False), SimpleNamespace(when="teardown")
    next(plugin.pytest_runtest_setup(item))
    next(plugin.pytest_runtest_teardown(item, None))
    plugin.pytest_runtest_makereport(item, ending)  # type: ignore[arg-type]
    assert item.user_properties == [("cpu_seconds", 1.5)]
