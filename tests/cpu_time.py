"""How much CPU time each test takes, and which are too heavy for `make quick`.

A test function is heavy whose cases together take more than `HEAVY_SECONDS` of CPU, that of its
fixtures and processes included; what ends with the session is nobody's. `tests/heavy.txt` lists
them as measured last (`make measure`), and they are marked `heavy`. What has become heavy since is
named at the end of every run.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

LIST = Path(__file__).with_name("heavy.txt")
HEAD = "# Test functions of more than a second of CPU: made by `make measure`, see cpu_time.py.\n"
HEAVY_SECONDS = 1.0
#: What is named as new must take more: a busy machine counts more for the same.
NAMED_SECONDS = 2.0
#: Left out of `make quick` whatever they take.
APART = ("integration", "deep", "slow")
_BEGUN = pytest.StashKey[float]()
_ENDED = pytest.StashKey[float]()


def spent() -> float:
    """CPU seconds of this process and of those that it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def function_of(nodeid: str) -> str:
    """The function of a test without the name of the case."""
    return nodeid.partition("[")[0]


def listed() -> frozenset[str]:
    """The functions that were heavy when last measured."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


class CpuTime:
    """A plugin: marks what is listed, measures the rest, and says or writes what is heavy."""

    def __init__(self, *, write: bool) -> None:
        self._write = write
        self._taken: Counter[str] = Counter()
        self._heavy = listed()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Mark what is listed."""
        for item in items:
            if function_of(item.nodeid) in self._heavy:
                item.add_marker("heavy")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        """Fixtures count."""
        item.stash[_BEGUN] = spent()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Iterator[None]:
        """What all tests share ends with the last one, and is not its own."""
        if nextitem is None:
            item.stash[_ENDED] = spent()
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """The property travels to the process that reports."""
        if call.when == "teardown" and not any(map(item.get_closest_marker, APART)):
            ended = item.stash.get(_ENDED, None) or spent()
            item.user_properties.append(("cpu_seconds", ended - item.stash[_BEGUN]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up."""
        if report.when == "teardown":
            seconds = dict(report.user_properties).get("cpu_seconds", 0.0)
            self._taken[function_of(report.nodeid)] += seconds

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say, or write, what is heavy."""
        least = HEAVY_SECONDS if self._write else NAMED_SECONDS
        found = {name for name, seconds in self._taken.items() if seconds > least}
        if self._write:
            kept = "".join(f"{name}\n" for name in sorted(found))
            LIST.write_text(HEAD + kept, encoding="utf-8")
        elif new := sorted(found - self._heavy):
            terminalreporter.section(f"more than {least} s of CPU, and not in {LIST.name}")
            for name in new:
                terminalreporter.line(f"{self._taken[name]:6.1f} s  {name}")
