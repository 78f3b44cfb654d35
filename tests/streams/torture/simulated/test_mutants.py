"""Rules of the shell, each broken on purpose: the simulator notices within a thousand seeds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[4]
SEEDS = 1000
PACKAGES = ("online_models", "schemas", "streams")


class Mutant(NamedTuple):
    """A file in which `sound` becomes `broken`."""

    file: str
    sound: str
    broken: str


MUTANTS = {
    "fence": Mutant(
        "streams/pricer/publisher.py",
        'f"{settings.app}-{partition}" if',
        'f"{settings.app}-{partition}-{id(self)}" if',
    ),
    "fence of the owner": Mutant(
        "streams/pricer/recovery.py",
        "and await fence(saved.owner):",
        "and not saved.owner:",
    ),
    "owner written down": Mutant(
        "streams/pricer/publisher.py",
        "values[store.OWNER] = self._current.identity.encode()",
        'values[store.OWNER] = b""',
    ),
    "gap check": Mutant(
        "streams/pricer/intake.py",
        "        if offset == self._expected and self._open:\n",
        "        if offset >= self._expected and self._open:\n",
    ),
    "skip of what was read": Mutant(
        "streams/pricer/intake.py",
        "        if offset == self._expected and self._open:\n",
        "        if offset <= self._expected and self._open:\n",
    ),
    "reading of what was passed over": Mutant(
        "streams/pricer/intake.py",
        "behind = self._open and self._expected < self._seen",
        "behind = False",
    ),
    "dedupe": Mutant(
        "online_models/journal/source_progress.py",
        "| (batch.offset > high[batch.source])",
        "| (batch.offset >= -1)",
    ),
    "silent replay": Mutant(
        "streams/pricer/recovery.py",
        "await _replay(reader, journal, guard, start, committed)",
        "committed = start",
    ),
    "position with the outputs": Mutant(
        "streams/pricer/recovery.py",
        "max(group_offset, saved.position or 0)",
        "group_offset",
    ),
    "barrier": Mutant(
        "online_models/journal/joining.py",
        "if batch.watermarks or events > most or not _goes_on(batch, last):",
        "if events > most:",
    ),
    "quarantine": Mutant(
        "streams/quarantine/guard.py",
        "        for batch in self._since:\n            self.fold.step(self._prepare(batch))\n",
        "",
    ),
    "listed entries": Mutant(
        "streams/pricer/recovery.py",
        "quarantine.add(decoded(record.value))",
        "pass",
    ),
    "names of sources": Mutant(
        "streams/ingest/service.py",
        "| flooding | self._unnamed",
        "| flooding",
    ),
    "topics by id": Mutant(
        "streams/ingest/incarnations.py",
        "for tp, each in taken.items() if each.topic_id}",
        "for tp, each in taken.items() if not each.topic_id}",
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_rule_stands_where_it_is_to_be_broken(name: str) -> None:
    mutant = MUTANTS[name]
    assert (ROOT / mutant.file).read_text().count(mutant.sound) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_rule_is_noticed(name: str, tmp_path: Path) -> None:
    mutant = MUTANTS[name]
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=_caches)
    file = tmp_path / mutant.file
    file.write_text(file.read_text().replace(mutant.sound, mutant.broken))
    command = [sys.executable, "-m", "streams.cli", "torture", "--simulate", "--seed", "0"]
    done = subprocess.run(
        [*command, "-n", str(SEEDS), "--first"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"seed \d+ went wrong", done.stdout), done.stdout + done.stderr


def _caches(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "__pycache__"]
