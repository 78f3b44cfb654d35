"""Forecasters of a partition learn each record once, and go on after a kill."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from online_models.forecasting.forecaster import HORIZON, Forecaster
from schemas.values.instants import DAY, to_text
from streams.forecast.checkpoint import Checkpoint
from streams.forecast.partition import ForecastPartition

START = 1_700_006_400_000 // DAY * DAY
MODEL = {"model": "river.linear_model.BayesianLinearRegression"}
OFFERS = 3


class Own:
    """A model that no checkpoint can hold."""

    def learn_one(self, x: dict[str, float], y: float) -> None:
        """Nothing."""

    def predict_one(self, x: dict[str, float]) -> float:
        return 0.0


def records(days: int) -> list[Any]:
    found = []
    for day in range(days):
        for sku in range(OFFERS):
            value = {
                "sku": f"s{sku}",
                "channel": "web",
                "bucket_start": to_text(START + day * DAY),
                "bucket_end": to_text(START + (day + 1) * DAY),
                "units": (7 * day + sku) % 5,
                "price": f"{9 + (day + sku) % 3}.00",
                "features": {},
            }
            found.append(SimpleNamespace(offset=len(found), value=json.dumps(value).encode()))
    return found


def partition(folder: Path, model: dict[str, Any] | None = None) -> ForecastPartition:
    forecasters = {"m": Forecaster("m", model or MODEL)}
    return ForecastPartition(forecasters, Checkpoint(folder, "app", 0), DAY)


def test_after_a_kill_the_same_curves_are_said_and_no_record_counts_twice(tmp_path: Path) -> None:
    sent = records(20)
    whole = partition(tmp_path / "whole")
    wanted = [whole.feed(sent[at : at + OFFERS]) for at in range(0, len(sent), OFFERS)]
    first = partition(tmp_path / "killed")
    first.feed(sent[:30])
    first.save()
    first.feed(sent[30:36])  # learnt, and lost with the process
    again = partition(tmp_path / "killed")
    assert again.position == 30
    found = [again.feed(sent[at : at + OFFERS]) for at in range(0, len(sent), OFFERS)]
    assert found[:10] == [[]] * 10
    assert found[10:] == wanted[10:]


def test_what_was_said_and_not_published_is_said_again_after_a_kill(tmp_path: Path) -> None:
    sent, first = records(20), partition(tmp_path)
    first.feed(sent[:45])
    first.save()
    lost = first.feed(sent[45:48])
    again = partition(tmp_path)
    again.end = len(sent)
    found = [each for at in range(45, 60, 3) for each in again.feed(sent[at : at + 3])]
    assert lost
    assert not again.feed(sent)
    assert [each["bucket_start"] for each in found[::OFFERS]] == [
        to_text(START + day * DAY) for day in (19, 20, 21)
    ]


def test_what_is_not_yet_published_is_not_kept(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("streams.forecast.partition.CHECKPOINT_SECONDS", 0.0)
    first = partition(tmp_path)
    first.feed(records(5))
    assert partition(tmp_path).position == 0
    first.keep()
    assert partition(tmp_path).position == 5 * OFFERS


def test_of_history_the_last_windows_alone_are_forecast_from(tmp_path: Path) -> None:
    sent, late = records(20), partition(tmp_path)
    late.end = len(sent)
    said = [late.feed(sent[at : at + 5]) for at in range(0, len(sent), 5)]
    assert not any(said[:-1])
    assert [each["sku"] for each in said[-1]] == ["s0", "s1", "s2"] * HORIZON
    assert {each["bucket_start"] for each in said[-1]} == {
        to_text(START + day * DAY) for day in (19, 20, 21)
    }


def test_history_that_ends_with_marks_of_transactions_is_forecast_from(tmp_path: Path) -> None:
    sent, late = records(20), partition(tmp_path)
    late.end = len(sent) + 2
    assert not late.feed(sent)
    assert late.reads_history
    late.save()
    killed = partition(tmp_path)
    assert killed.position == (20 - HORIZON) * OFFERS
    killed.end = late.end
    assert not killed.feed(sent)
    said = late.end_history()
    assert [each["sku"] for each in said] == ["s0", "s1", "s2"] * HORIZON
    assert killed.end_history() == said
    assert not late.reads_history


def test_no_record_counts_twice_where_one_of_two_learns_anew(tmp_path: Path) -> None:
    sent, changed = records(20), {**MODEL, "alpha": 2.0}

    def both(other: dict[str, Any]) -> tuple[Forecaster, ForecastPartition]:
        kept = Forecaster("kept", MODEL)
        checkpoint = Checkpoint(tmp_path, "app", 0)
        return kept, ForecastPartition({"kept": kept, "n": Forecaster("n", other)}, checkpoint, DAY)

    kept, first = both(MODEL)
    first.feed(sent)
    first.save()
    learnt = kept.mae.get()
    _, anew = both(changed)
    anew.feed(sent[:30])
    anew.save()
    kept, again = both(changed)
    assert again.position == 30
    again.feed(sent[30:])
    assert kept.mae.get() == learnt


def test_what_is_no_observation_is_passed_over(tmp_path: Path) -> None:
    sent = records(2)
    for value in (None, b"", b"{", b'{"sku": 1}', b"\xff"):
        sent.append(SimpleNamespace(offset=len(sent), value=value))
    found = partition(tmp_path)
    assert len(found.feed(sent)) == 2 * OFFERS
    assert found.position == len(sent)


def test_a_changed_description_learns_from_the_begin(tmp_path: Path) -> None:
    first = partition(tmp_path)
    first.feed(records(5))
    first.save()
    assert partition(tmp_path, {**MODEL, "alpha": 2.0}).position == 0


@pytest.mark.parametrize("damaged", [b"", b"\x93", b"not a checkpoint" * 9])
def test_a_damaged_checkpoint_is_told_and_left(
    tmp_path: Path, damaged: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    first = partition(tmp_path)
    first.feed(records(5))
    first.save()
    (path,) = tmp_path.iterdir()
    path.write_bytes(damaged)
    assert partition(tmp_path).position == 0
    assert "learnt anew" in caplog.text


def test_a_checkpoint_is_for_its_user_alone_and_runs_no_code(tmp_path: Path) -> None:
    first = partition(tmp_path)
    first.feed(records(5))
    first.save()
    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o077 == 0
    hostile = path.read_bytes().replace(b"river.linear_model", b"os.linear_modelxxx")
    path.write_bytes(hostile)
    assert partition(tmp_path).position == 0


def test_a_model_of_ones_own_learns_anew_what_no_checkpoint_holds(tmp_path: Path) -> None:
    first = partition(tmp_path, {"model": f"{__name__}.Own"})
    first.feed(records(5))
    first.save()
    assert partition(tmp_path, {"model": f"{__name__}.Own"}).position == 0
