"""Which results of an earlier run a search takes over."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from online_models.training.search import SearchTrial
from streams.trainer import search as searching


@pytest.mark.parametrize(("asked", "run"), [(2, []), (3, ["mlp"])])
def test_results_are_taken_over_only_with_as_many_folds_as_asked_for(
    asked: int, run: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = SearchTrial("mlp", {}, 0)
    results = tmp_path / "trials"
    results.mkdir()
    (results / f"{trial.key}.json").write_text(json.dumps({"key": trial.key, "folds": [{}, {}]}))
    started = []

    def score(trial: SearchTrial, folds: int, *_: Any) -> dict[str, Any]:
        started.append(trial.model)
        return {"key": trial.key, "folds": [{}] * folds}

    monkeypatch.setattr(searching.trial_process, "run", score)
    monkeypatch.setattr(searching.boards, "declare", lambda *_: None)
    monkeypatch.setattr(searching.store, "save", lambda path, _: path.write_bytes(b""))
    monkeypatch.setattr(searching, "ProcessPoolExecutor", lambda **_: ThreadPoolExecutor(1))
    data: Any = None
    found = searching.search([trial], data, tmp_path, asked, 0.1, 1, lambda _: None)
    assert started == run
    assert len(found[trial.key]["folds"]) == asked
