"""The README's grocery: its commands run as written, on the real orders of TaFeng."""

from __future__ import annotations

import json
import re
import shlex
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import decode
from streams.cli import main
from streams.configuration.policy_file import load
from streams.demo.data import tafeng
from streams.recording.reader import Recording

ROOT = Path(__file__).parents[2]
POLICIES = sorted((ROOT / "deploy/policies").glob("*.json"))


def commands() -> list[list[str]]:
    """The arguments of the commands that are about the grocery."""
    blocks = re.findall(
        r"```\n(pricetide demo --items.*?)```", (ROOT / "README.md").read_text(), re.S
    )
    return [shlex.split(line)[1:] for line in blocks[0].splitlines()]


def status(args: list[str]) -> int:
    """What a command ends with."""
    try:
        return main(args) or 0
    except SystemExit as end:
        return int(end.code or 0)


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.name)
def test_policies_to_start_from_are_valid_and_do_not_contradict(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert all(decode("pricing-policies", record.value) for record in load(path))
    assert status(["policies", "check", str(path)]) == 0
    assert "No contradictions." in capsys.readouterr().out


def test_the_readmes_grocery_runs_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if not any(metadata.distributions(name=tafeng.DISTRIBUTION)):
        pytest.skip(f"needs {tafeng.INSTALL}")
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    monkeypatch.chdir(tmp_path)
    record, check, replay, explain, compare = commands()
    assert status(record) == 0
    assert status(check) == 0
    assert "compared" in capsys.readouterr().out
    assert status(replay) == 0
    decisions = [json.loads(r.value) for r in Recording([Path("usual")], {"price-decisions"})]
    assert {d["policy_id"] for d in decisions} == {"compared", "slow", "usual"}
    changed: dict[str, Any] = next(
        d for d in decisions if d["outcome"] == "changed" and d["policy_id"] == "compared"
    )
    capsys.readouterr()
    assert status([changed["decision_id"] if a == "DECISION_ID" else a for a in explain]) == 0
    told = capsys.readouterr().out
    assert changed["price"] in told
    assert "Policy compared" in told
    assert status(compare) == 0
    assert re.search(r"\d", capsys.readouterr().out)
