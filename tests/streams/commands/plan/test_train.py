"""`pricetide train` from end to end, killed and resumed."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from online_models.demand.networks.expert import DeepExpert
from schemas.records.demand.model_updates import ModelUpdate
from streams.cli import main
from streams.trainer.store import RUNS_KEPT
from tests.patience import Patience
from tests.streams.trainer.ten_weeks import record


def run(arguments: list[str]) -> int:
    return main(["train", *arguments])


def updates(folder: Path) -> list[dict[str, Any]]:
    with gzip.open(folder / "model-updates.jsonl.gz", "rt") as file:
        return [json.loads(line)["value"] for line in file]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "what from?"),
        (["--models", "oracle"], "no model 'oracle'"),
        (["--models", "level"], "at least one of mlp"),
        (["nowhere", "--forecast"], "there is no version"),
        (["--promote", "v9"], "no version 'v9'"),
        (["nowhere"], "there is no recording nowhere"),
    ],
)
def test_bad_input_ends_with_one_clear_line(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, "--out", str(tmp_path)]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert message in lines[0]


def test_a_kafka_that_is_not_there_ends_with_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.kafka.admin.REACH_MS", 500)
    assert run(["--days", "60", "--out", str(tmp_path), "--bootstrap", "127.0.0.1:1"]) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert "127.0.0.1" in lines[0]


def shown(folder: Path) -> None:
    """TensorBoard finds losses, the graph, residuals, measures, and what to compare."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    def tags(pattern: str) -> dict[str, Any]:
        (where,) = folder.glob(f"runs/*/logs{pattern}")
        found: dict[str, Any] = EventAccumulator(str(where)).Reload().Tags()
        return found

    training, trial = tags("/mlp-*/fold_0/train"), tags("/mlp-*")
    assert training["graph"]
    assert "epoch_loss" in training["tensors"]
    assert {"residuals/standardised", "measures/log_loss"} <= set(trial["tensors"])
    assert "_hparams_/session_start_info" in trial["tensors"]
    assert "_hparams_/experiment" in tags("")["tensors"]


@pytest.mark.deep
def test_a_killed_run_goes_on_and_its_update_is_accepted(tmp_path: Path) -> None:
    recording = record(tmp_path / "recording")
    arguments = [str(recording), "--models", "level,mlp", "--processes", "1"]
    arguments += ["--out", str(tmp_path), "--folds", "1"]
    for number in range(RUNS_KEPT + 3):
        (tmp_path / "runs" / f"old-{number}" / "trials").mkdir(parents=True)
    first = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "train", *arguments], stderr=subprocess.DEVNULL
    )
    patience = Patience()
    while not (done := list(tmp_path.glob("runs/*/trials/*.json"))):
        assert first.poll() is None
        patience.require()
        time.sleep(0.1)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    kept = {path: path.stat().st_mtime_ns for path in done}
    subprocess.run(
        [sys.executable, "-m", "streams.cli", "train", *arguments], check=True, timeout=900
    )
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert len(list(tmp_path.glob("runs/*/trials/*.json"))) == 2
    assert len(list(tmp_path.glob("runs/*"))) == RUNS_KEPT
    assert not list(tmp_path.glob("**/*.part*"))
    shown(tmp_path)
    expert = DeepExpert()
    verdicts = [expert.accept(ModelUpdate.model_validate(value)) for value in updates(tmp_path)]
    assert verdicts[-1].kind == "accepted"
    challenger = expert.champions.challenger
    assert challenger is not None
    assert run(["--promote", challenger.version, "--out", str(tmp_path)]) == 0
    for value in updates(tmp_path):
        expert.accept(ModelUpdate.model_validate(value))
    assert expert.version == challenger.version
