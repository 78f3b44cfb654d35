"""`pricetide trial`: what it says of prices that nobody met is what they would have earned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from online_models.market import compose
from online_models.market.calendar import day_start
from online_models.market.problem import Problem
from online_models.market.records import TopicRecord, opening, records
from schemas.values.instants import to_ms
from streams.cli import main
from streams.configuration.settings import Settings
from streams.replay.price_history import PublishedPrices
from streams.replay.replay import Replay
from streams.studies.trial.words import in_words
from tests.streams.simulation.recorded import write

OFFERS, SALES, DAYS = 6, 12.0, 35
#: A shop that asks less than is best has something to gain.
CHEAP = 0.85
POLICY: dict[str, Any] = {
    "policy_id": "trial",
    "version": 1,
    "shadow": True,
    "strategy": [{"kind": "optimise"}],
    "guardrails": {"max_step_up": "5%", "max_step_down": "5%", "max_changes_per_day": 1},
}


class Shop(NamedTuple):
    """A recording, the market's problem of each day, and the prices shown on it, (days, offers)."""

    folder: Path
    skus: list[str]
    problems: list[Problem]
    prices: np.ndarray[Any, Any]


def shop(folder: Path, seed: int, scatter: float = 0.08, days: int = DAYS) -> Shop:
    """A shop that moves its own prices a little, now this one and now that."""
    market = compose("plain", seed, OFFERS, SALES)
    goods, rng = market.assortment, np.random.default_rng(seed)
    base = CHEAP * goods.first_price
    told = opening(goods)
    told.append(TopicRecord("pricing-policies", "trial", POLICY, day_start(0)))
    problems, shown, prices = [], [], np.rint(base).astype(np.int64)
    for _ in range(days):
        moved = rng.random(OFFERS) < 0.3
        tried = np.rint(base * np.exp(rng.normal(0.0, scatter, OFFERS))).astype(np.int64)
        prices = np.where(moved, tried, prices)
        problems.append(market.problem())
        shown.append(prices)
        told += records(goods, market.competitors.names, market.day(prices))
    write(folder, told)
    return Shop(folder, list(goods.skus), problems, np.array(shown))


def report(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["trial", str(folder), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def true_gain(of: Shop) -> tuple[float, float]:
    """The true gain of the prices decided, and the one that counts sales as if they had been made
    at them.
    """
    decided, sold = PublishedPrices(), {}
    for entry in Replay(Settings(), [of.folder], None, None):
        if entry.topic == "price-decisions":
            decided.add(entry)
        elif entry.topic == "demand-observations":
            value = json.loads(entry.value or b"")
            sold[value["sku"], to_ms(value["bucket_start"])] = value["units"]
    gain = naive = 0.0
    for day, (problem, shown) in enumerate(zip(of.problems, of.prices, strict=True)):
        start = day_start(day)
        standing = [decided.during((sku, "web"), start, day_start(day + 1)) for sku in of.skus]
        prices = shown.astype(np.float64)
        for place, price in enumerate(standing):
            if price is not None and (of.skus[place], start) in sold:
                prices[place] = round(100 * float(price.price))
                units = sold[of.skus[place], start]
                naive += units * (prices[place] - shown[place]) * problem.assortment.kept[place]
        gain += float((problem.profits(prices) - problem.profits(shown.astype(float))).sum())
    return gain / 100, naive / 100


def judged(
    folder: Path, capsys: pytest.CaptureFixture[str], seed: int
) -> tuple[dict[str, float], float]:
    """The gain that is told, and the true one; sales at our prices would tell neither."""
    of = shop(folder, seed)
    (part,) = report(folder, capsys)["trials"]
    truth, naive = true_gain(of)
    gain: dict[str, float] = part["total"]["gain"]
    assert not gain["lower"] < naive < gain["upper"]
    return gain, truth


def test_the_interval_holds_the_true_gain_and_no_sale_counts_as_made_at_our_price(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gain, truth = judged(tmp_path, capsys, 1)
    assert gain["lower"] < truth < gain["upper"]


@pytest.mark.slow
def test_intervals_hold_true_gains_about_as_often_as_they_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [judged(tmp_path / str(seed), capsys, seed) for seed in range(2, 10)]
    assert sum(gain["lower"] < truth < gain["upper"] for gain, truth in found) >= 7


def test_a_shop_whose_prices_stand_is_told_that_nothing_is_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(tmp_path, 1, scatter=0.0, days=12)
    (part,) = report(tmp_path, capsys)["trials"]
    assert (part["judged_offers"], part["total"]) == (0, None)
    assert main(["trial", str(tmp_path)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Not known yet: 6 offers were priced" in said
    assert "would have earned" not in said


def test_the_words_name_the_gain_its_interval_and_the_assumption() -> None:
    gain = {"mean": 50.0, "lower": 10.0, "upper": 90.0}
    part: dict[str, Any] = {
        "currency": "EUR",
        "first": "2026-01-01T00:00:00Z",
        "last": "2026-03-02T00:00:00Z",
        "offers": 9,
        "judged_offers": 7,
        "beyond_shown_prices": 0.3,
        "total": {
            "sold": {"units": 400, "profit": 1000.0},
            "would": {"units": 380.0, "profit": 1050.0},
            "gain": gain,
        },
    }
    first, assumed, beyond, unknown, then = in_words(part)
    assert "+5.0% (95 %: +1.0% to +9.0%)" in first
    assert "assumes" in assumed
    assert "30%" in beyond
    assert unknown.endswith("of 2 more; they are left out.")
    assert "go live with a part" in then
    part["total"]["gain"] = {"mean": -50.0, "lower": -90.0, "upper": -10.0}
    assert "do not go live" in in_words(part)[-1]
    part["total"]["gain"] = {"mean": 0.0, "lower": -90.0, "upper": 10.0}
    assert "not decided" in in_words(part)[-1]


def test_a_recording_without_a_trial_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, opening(compose("plain", 1, 2, 1.0).assortment))
    assert main(["trial", str(tmp_path)]) != 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
