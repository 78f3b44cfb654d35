from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from online_models.demand.networks import chunks
from online_models.pricing.learned.policy import MODEL, SHAPES, LearnedPolicy
from streams.cli import main
from streams.recording import Entry, RecordingWriter
from streams.simulation import parallel
from streams.simulation.cells import Entrant, cells

NOW = 1_700_000_000_000


def call(out: Path, *flags: str) -> int:
    small = ("--offers", "15", "--days", "10", "--seeds", "2", "--jobs", "1")
    return main(["simulate", *small, "--out", str(out), *flags])


def test_an_experiment_ends_with_a_table_a_summary_and_a_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(tmp_path, "--markets", "plain,nested", "--contenders", "greedy") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("plain, 8 a day × 10 days: static pricing earns")
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert [found["market"] for found in summary] == ["plain", "nested"]
    assert list(summary[0]["contenders"]) == ["fixed", "greedy", "clairvoyant"]
    assert summary[0]["contenders"]["clairvoyant"]["share"]["mean"] == 1.0
    page = (tmp_path / "report.html").read_text()
    assert page.count("<section>") == 2
    assert "Static pricing earns" in page
    assert page.count("<svg") == page.count("</svg>") >= 10
    assert "http" not in page
    assert "nan" not in page.lower()


def test_finished_runs_are_not_run_again_and_give_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call(tmp_path, "--contenders", "cost_plus") == 0
    first = (tmp_path / "report.html").read_bytes()

    def never(_cell: object) -> None:
        raise AssertionError("a finished run was started again")

    monkeypatch.setattr(parallel, "run", never)
    assert call(tmp_path, "--contenders", "cost_plus") == 0
    assert (tmp_path / "report.html").read_bytes() == first


def test_the_same_experiment_elsewhere_gives_the_same_bytes(tmp_path: Path) -> None:
    for place in ("one", "two"):
        assert call(tmp_path / place, "--contenders", "thompson", "--markets", "contested") == 0
    for name in ("report.html", "summary.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--markets", "plain+winter"), "no part 'winter'"),
        (("--contenders", "oracle"), "none is named oracle"),
        (("--sales", "many"), "'many' is not a number"),
        (("--sales", "-1"), "not between 0"),
        (("--first-seed", "-1"), "below 0"),
    ],
)
def test_bad_input_ends_with_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: tuple[str, ...], message: str
) -> None:
    assert call(tmp_path, *flags) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert error.startswith("pricetide simulate: ")
    assert message in error


def test_other_seeds_are_other_markets(tmp_path: Path) -> None:
    for first in ("0", "7"):
        assert call(tmp_path / first, "--contenders", "cost_plus", "--first-seed", first) == 0
    one, other = (json.loads((tmp_path / f / "summary.json").read_text()) for f in ("0", "7"))
    assert one[0]["contenders"]["fixed"]["share"] != other[0]["contenders"]["fixed"]["share"]


def test_every_experiment_holds_static_pricing_first_and_the_clairvoyant_last() -> None:
    entrants = [Entrant("clairvoyant"), Entrant("greedy"), Entrant("greedy")]
    wanted = cells(["plain"], [2.0], entrants, [0], 15, 10)
    assert [cell.entrant.name for cell in wanted] == ["fixed", "greedy", "clairvoyant"]
    assert len({cell.identity for cell in wanted}) == len(wanted)


def test_a_policy_file_competes_under_its_name(tmp_path: Path) -> None:
    policy = {
        "policy_id": "still",
        "version": 1,
        "strategy": [{"kind": "keep"}],
        "guardrails": {},
    }
    file = tmp_path / "still.json"
    file.write_text(json.dumps(policy))
    assert call(tmp_path, "--contenders", "fixed", "--policies", str(file)) == 0
    (found,) = json.loads((tmp_path / "summary.json").read_text())
    assert list(found["contenders"]) == ["fixed", "still", "clairvoyant"]
    judged = found["contenders"]["still"]
    assert judged["decisions"] >= 2 * 15
    assert judged["breaches"] == judged["unexplained"] == 0
    assert "0 outside a guardrail, 0 not explained" in (tmp_path / "report.html").read_text()
    assert found["contenders"]["still"]["share"] == found["contenders"]["fixed"]["share"]


def test_a_policy_file_must_not_take_the_name_of_another_contender(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "greedy.json"
    file.write_text("[]")
    assert call(tmp_path, "--contenders", "greedy", "--policies", str(file)) == 2
    assert "'greedy' competes already" in capsys.readouterr().err


def policy_of(action: int) -> list[dict[str, Any]]:
    """Updates with a policy that always takes this action."""
    weights = {name: np.zeros(shape, np.float32) for name, shape in SHAPES.items()}
    weights["values/bias"][action] = 1.0
    standing = chunks.ModelStanding(MODEL, f"always-{action}", NOW, NOW, {}, "champion")
    return chunks.records(LearnedPolicy.document(), weights, standing)


def written(folder: Path, values: list[dict[str, Any]]) -> str:
    with RecordingWriter(folder) as writer:
        for offset, value in enumerate(values):
            writer.write(Entry("model-updates", 0, offset, b"x", json.dumps(value).encode(), 0))
    return str(folder)


def test_a_policy_trained_by_the_user_competes_beside_the_packaged_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    strategy = [{"kind": "reinforcement"}]
    guardrails = {"minimum_margin": "0%", "reference_band": "100%"}
    policy = {"policy_id": "mine", "version": 1, "strategy": strategy, "guardrails": guardrails}
    file.write_text(json.dumps(policy))
    flags = ("--contenders", "reinforced", "--policies", str(file))
    shares = []
    for name, updates in (("packaged", []), ("low", policy_of(0)), ("high", policy_of(6))):
        more = ("--updates", written(tmp_path / name / "in", updates)) if updates else ()
        assert call(tmp_path / name / "out", *flags, *more) == 0
        (found,) = json.loads((tmp_path / name / "out" / "summary.json").read_text())
        judged = found["contenders"]
        assert judged["mine"]["breaches"] == 0
        assert (judged["mine"]["share"] == judged["reinforced"]["share"]) == (not updates)
        shares.append(judged["mine"]["share"]["mean"])
    assert len(set(shares)) == 3


def test_updates_that_the_pricer_would_refuse_do_not_compete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.json"
    file.write_text("[]")
    (good,) = policy_of(3)
    cases = {
        "sha256": [good, {**good, "sha256": "0" * 64}],
        "missing": [{**good, "chunks": 2}],
        "none of this pricer's": [{**good, "model": "other"}],
        "holds no recording": [],
    }
    for place, (message, values) in enumerate(cases.items()):
        source = written(tmp_path / str(place), values)
        assert call(tmp_path, "--policies", str(file), "--updates", source) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert message in error
    assert call(tmp_path, "--updates", str(tmp_path / "0")) == 2
    assert "needs --policies" in capsys.readouterr().err
