"""One run at a time in a folder, and a bounded number of old ones."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from streams.trainer.registry import ModelRegistry
from streams.trainer.store import occupied, outdated
from tests.streams.trainer.test_registry import card, network

HOLD = """
import os, pathlib, sys
from streams.trainer.store import occupied
folder = pathlib.Path(sys.argv[1])
with occupied(folder, print):
    (folder / f"in-{os.getpid()}").touch()
    print("in", flush=True)
    sys.stdin.read()
"""


def holding(folder: Path) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-uc", HOLD, str(folder)], stdin=pipe, stdout=pipe, text=True
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize("killed", [True, False])
def test_a_second_run_waits_until_the_first_has_ended_however_it_ends(
    killed: bool, tmp_path: Path
) -> None:
    first = holding(tmp_path)
    assert said(first) == "in\n"
    second = holding(tmp_path)
    assert said(second).startswith("waiting for another run in ")
    time.sleep(0.5)
    assert [path.name for path in tmp_path.glob("in-*")] == [f"in-{first.pid}"]
    if killed:
        first.kill()
    else:
        first.communicate("")
    assert said(second) == "in\n"
    second.communicate("")
    first.communicate()


def test_what_a_killed_run_left_unfinished_is_removed_and_complete_files_stay(
    tmp_path: Path,
) -> None:
    trials = tmp_path / "runs" / "a" / "trials"
    trials.mkdir(parents=True)
    (trials / "mlp.json").write_text("{}")
    (trials / "gru.json.17.part").write_text("{")
    (tmp_path / "runs" / "a" / "dataset.17.part.npz").write_text("")
    with occupied(tmp_path, print):
        assert [path.name for path in tmp_path.glob("runs/**/*") if path.is_file()] == ["mlp.json"]


def aged(folder: Path, days: int) -> None:
    then = folder.stat().st_mtime - 86_400 * days
    for path in (*folder.iterdir(), folder):
        os.utime(path, (then, then))


def test_folders_are_outdated_by_their_last_change_not_by_their_name(tmp_path: Path) -> None:
    for days, name in enumerate(("c", "a", "b")):
        (tmp_path / name / "trials").mkdir(parents=True)
        aged(tmp_path / name, days)
    (tmp_path / "file").touch()
    assert [path.name for path in outdated(tmp_path, 1)] == ["a", "b"]
    (tmp_path / "b" / "trials" / "x").touch()
    assert [path.name for path in outdated(tmp_path, 1)] == ["c", "a"]


def test_old_versions_are_forgotten_unless_an_alias_stands_for_them(tmp_path: Path) -> None:
    registry = ModelRegistry(tmp_path)
    for days in range(6):
        registry.add(network(), card(f"v{days}"))
        aged(tmp_path / f"v{days}", days)
    registry.promote("v5")
    registry.nominate("v3")
    registry.prune(2)
    assert registry.versions() == ["v0", "v1", "v3", "v5"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "aliases.json", "v0", "v1", "v3", "v5",
    ]  # fmt: skip
    registry.promote("v1")
    registry.prune(1)
    assert registry.versions() == ["v0", "v1", "v3"]
