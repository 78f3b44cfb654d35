"""`pricetide evaluate` judges every model on a recording, and draws what it found."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from river import metrics

from online_models.demand.evaluation.prequential import Evaluation, Score
from online_models.demand.forecast import UnitsForecast
from streams import cli
from streams.commands.study import evaluate
from streams.recording.entry import Entry
from streams.recording.writer import RecordingWriter
from streams.studies.evaluation.figures import in_words, what_to_do

DAY = 86_400_000
START = 1_700_006_400_000 // DAY * DAY
BLR = "river.linear_model.BayesianLinearRegression"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Two offers over forty days, one of which sells little."""
    rng, offsets = np.random.default_rng(1), dict[str, int]()
    folder = tmp_path / "recording"
    with RecordingWriter(folder) as writer:

        def put(topic: str, value: Any, at: int) -> None:
            offset = offsets[topic] = offsets.get(topic, -1) + 1
            data = json.dumps(value).encode()
            writer.write(Entry(topic, 0, offset, None, data, at))

        for sku in "ab":
            value = {"sku": sku, "name": sku, "currency": "USD", "price": 10, "cost": 5}
            put("products", value | {"category": "c"}, START)
        for day in range(40):
            at = START + day * DAY + 1
            for sku, rate in (("a", 12.0), ("b", 1.0)):
                if units := int(rng.poisson(rate)):
                    line = {"sku": sku, "quantity": units, "unit_price": 10}
                    order = {"order_id": f"{sku}{day}", "time": at, "currency": "USD"}
                    put("orders", order | {"lines": [line]}, at)
    return folder


def test_every_model_is_judged_and_drawn(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "plots"
    assert cli.main(["evaluate", str(recording), "--json", "--plots", str(folder)]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert set(figures) == {
        "bucket",
        "observations",
        "refused",
        "warm_up",
        "models",
        "used",
        "mixture",
    }
    assert figures["refused"] == 0
    models = {model["name"]: model for model in figures["models"]}
    assert {"mixture", "count", "filter", "last value", "moving average", BLR} <= set(models)
    assert figures["observations"] == 80
    for model in models.values():
        assert all(model[name] is not None for name in ("rmse_log", "mae", "wape", "log_score"))
        assert model["seconds"] >= 0
    assert sum(m["weight"] or 0 for m in models.values()) == pytest.approx(1.0, abs=0.01)
    page = (folder / "evaluation.html").read_text()
    assert page.count("<svg") == 6
    assert "predicted against actual" in page
    assert "Known: a forecast of the next window is off by" in page
    assert BLR in page


def with_forecasts(folder: Path) -> None:
    """Prices that move, and two models that say what they will sell: one knows, one does not."""
    rng, offsets = np.random.default_rng(3), dict[str, int]()
    with RecordingWriter(folder) as writer:

        def put(topic: str, value: Any, at: int) -> None:
            offset = offsets[topic] = offsets.get(topic, -1) + 1
            writer.write(Entry(topic, 0, offset, None, json.dumps(value).encode(), at))

        skus = [f"s{k}" for k in range(12)]
        for sku in skus:
            value = {"sku": sku, "name": sku, "currency": "USD", "price": 10, "cost": 6}
            put("products", value | {"category": "c"}, START)
        for day in range(30):
            at = START + day * DAY
            span = {"bucket_start": at, "bucket_end": at + DAY, "version": "1", "time": at}
            for sku in skus:
                for model, elasticity in (("knows", -6.0), ("guesses", -1.0)):
                    points = [
                        {"price": 10 * r, "units": 20 * r**elasticity} for r in (0.9, 1.0, 1.1)
                    ]
                    said = span | {"model": model, "sku": sku, "points": points}
                    put("demand-forecasts", said, at + 1)
            for sku in skus:
                price = round(10 * float(np.exp(rng.normal(0.0, 0.1))), 2)
                line = {"sku": sku, "unit_price": price}
                line["quantity"] = int(rng.poisson(20 * (price / 10) ** -6)) or 1
                order = {"order_id": f"{sku}{day}", "time": at + 2, "currency": "USD"}
                put("orders", order | {"lines": [line]}, at + 2)


def test_it_shows_who_counts_over_the_time_and_what_each_would_ask(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_forecasts(tmp_path)
    assert cli.main(["evaluate", str(tmp_path), "--json"]) == 0
    mixture = json.loads(capsys.readouterr().out)["mixture"]
    members = {each["name"]: each for each in mixture["members"]}
    assert set(members) == {"own models", "together", "knows", "guesses"}
    knows, guesses = members["knows"], members["guesses"]
    assert (knows["standing"], guesses["standing"]) == ("champion", "no weight")
    assert knows["response"][0] < 0.1 < 0.5 < max(knows["response"])
    for each in zip(*(m["response"] for n, m in members.items() if n != "together"), strict=True):
        assert sum(each) == pytest.approx(1.0, abs=1e-3)
    assert knows["price_ratio"][5] < 0.8 < 1.2 < guesses["price_ratio"][5]
    assert cli.main(["evaluate", str(tmp_path)]) == 0
    assert "champion" in capsys.readouterr().out


def test_models_are_compared_on_the_same_windows_and_none_on_an_offers_first(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["evaluate", str(recording), "--json", "--bucket", "P14D"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["observations"] == 6
    assert {model["buckets"] for model in figures["models"]} == {4}


def test_the_table_says_in_words_what_it_shows_and_who_was_silent(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["evaluate", str(recording), "--bucket", "PT2H"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "938 windows of PT2H, 922 of them judged" in out
    assert "seasonal naive: judged on 914 windows only" in out
    assert "The mixture is off by" in out
    assert out.count("than the best naive forecast, ") == 3


def test_what_the_mixture_loses_is_said_before_what_it_wins() -> None:
    wins = {"name": "mixture", "buckets": 9, "wape": 0.3, "mae": 3.0, "rmse_log": 0.5}
    loses = {"coverage_90": 0.9}
    naive = {"name": "last value", "buckets": 9, "wape": 0.2, "mae": 2.5, "rmse_log": 1.0}
    told = in_words([wins | loses, naive], 9)
    assert told[1:] == [
        "By the share of the units that it is off by it is 50% worse than the best naive forecast,"
        " last value.",
        "By the mean error in units it is 20% worse than the best naive forecast, last value.",
        "By the error of log units it is 50% better than the best naive forecast, last value.",
    ]


@pytest.mark.parametrize(
    ("coverage", "wape", "told"),
    [
        (0.9, 0.1, "nothing is amiss"),
        (0.9, 0.5, "longer windows"),
        (0.7, 0.1, "Surprises are commoner"),
        (0.99, 0.1, "wider than they need be"),
    ],
)
def test_the_last_words_say_what_to_do(coverage: float, wape: float, told: str) -> None:
    naive = {"wape": 0.3, "mae": 3.0, "rmse_log": 0.5, "log_score": -3.0, "coverage_90": 0.9}
    ours = naive | {"wape": wape, "mae": 2.0, "rmse_log": 0.4, "log_score": -2.0}
    models = [
        {"name": "mixture", "buckets": 9} | ours | {"coverage_90": coverage},
        {"name": "last value", "buckets": 9} | naive,
    ]
    words = what_to_do(models, 9)
    assert told in words[-1]
    assert ("nothing is amiss" in " ".join(words)) == (coverage == 0.9 and wape == 0.1)


def test_forecasts_and_sales_are_compared_by_the_size_of_the_forecast() -> None:
    score = Score()
    forecast = UnitsForecast.single(np.array([0.001, 4.0, 7.0, 9.0]), np.full(4, 1e6))
    score.add(forecast, np.array([0.0, 5.0, 6.0, 9.0]), np.full(4, 0.5))
    size = np.flatnonzero(score.sized)
    assert size.tolist() == [0, 7, 8]
    assert score.sold[size].tolist() == [0.0, 11.0, 9.0]
    assert score.forecast[size].tolist() == [2.0**-5, 11.0, 9.0]


def test_where_no_offer_has_two_windows_one_line_says_so(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["evaluate", str(recording), "--bucket", "P90D"]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert "nothing to judge" in told


def test_a_river_model_of_the_settings_has_a_weight_in_the_mixture(
    recording: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRICETIDE_RIVER", json.dumps([BLR]))
    assert cli.main(["evaluate", str(recording), "--json", "--challengers"]) == 0
    models = {m["name"]: m for m in json.loads(capsys.readouterr().out)["models"]}
    assert 0.0 < models[BLR]["weight"] < 1.0


def test_refused_records_are_counted_and_the_commonest_reason_is_told(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with gzip.open(recording / "clickstream.jsonl.gz", "wt") as file:
        clicks = [("a", "view"), ("a", "stare"), ("", "view"), ("b", "stare")]
        for offset, (sku, action) in enumerate(clicks):
            value = {"sku": sku, "action": action, "time": START + 1}
            line = {"topic": "clickstream", "offset": offset, "value": value, "timestamp": START}
            file.write(json.dumps(line) + "\n")
    assert cli.main(["evaluate", str(recording), "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["refused"] == 3
    (told,) = [line for line in err.splitlines() if "refused" in line]
    assert told.startswith("pricetide evaluate: 3 of ")
    assert "were refused, 2 of them: clickstream: action" in told


@pytest.mark.parametrize("command", ["evaluate", "elasticities"])
@pytest.mark.parametrize(
    ("kept", "reason"), [("orders", "no product is known"), ("products", "no orders in")]
)
def test_where_no_window_comes_about_one_line_says_why(
    command: str, kept: str, reason: str, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([command, str(recording / f"{kept}.jsonl.gz")]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith(f"pricetide {command}: ")
    assert reason in told


def test_orders_that_came_too_late_are_told_of(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with gzip.open(recording / "orders.jsonl.gz", "at") as file:
        for offset in (900, 901):
            line = {"sku": "a", "quantity": 50, "unit_price": 10}
            value = {"order_id": str(offset), "time": START, "currency": "USD", "lines": [line]}
            file.write(
                json.dumps(
                    {"topic": "orders", "offset": offset, "value": value}
                    | {"timestamp": START + 20 * DAY}
                )
            )
            file.write("\n")
    assert cli.main(["evaluate", str(recording)]) == 0
    assert "2 events came after their bucket had closed" in capsys.readouterr().err


def test_a_name_that_is_no_model_is_one_line(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["evaluate", str(recording), "--challengers", "tree.Oak"]) == 2
    assert capsys.readouterr().err.strip().splitlines()[-1].startswith("pricetide evaluate: river")


def test_the_figures_are_those_of_rivers_metrics() -> None:
    rng = np.random.default_rng(3)
    rate = rng.uniform(0.5, 20.0, 300)
    units = rng.poisson(rate).astype(float)
    forecast = UnitsForecast.single(rate, np.full(300, 1e6))
    score = Score()
    score.add(forecast, units, rng.random(300))
    rmse, mae = metrics.RMSE(), metrics.MAE()
    for y, mean, location in zip(units, forecast.mean, forecast.log_location(), strict=True):
        mae.update(y, mean)
        if y > 0:
            rmse.update(np.log(y), location)
    figures = score.figures()
    assert figures["mae"] == pytest.approx(mae.get())
    assert figures["rmse_log"] == pytest.approx(rmse.get())
    assert Evaluation().challengers


def test_help_says_what_every_column_means() -> None:
    assert set(evaluate.FIGURES) <= set(re.findall(r"(\w+):\s", evaluate.DESCRIPTION))
