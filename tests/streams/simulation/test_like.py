"""`pricetide simulate --like RECORDING`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from online_models.market import Market, compose
from online_models.market.effects import WEEKDAY_TRAFFIC
from online_models.market.likeness import Likeness
from online_models.market.records import opening, records
from streams.cli import main
from streams.configuration.settings import Settings
from streams.simulation.like import read
from tests.streams.simulation.recorded import recorded, write

OFFERS, SALES, DAYS = 30, 8.0, 84


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop") / "autumn"


@pytest.fixture(scope="module")
def market(folder: Path) -> Market:
    return recorded(folder, "plain+season+overdispersed+taxed+sleep", OFFERS, SALES, DAYS)


@pytest.fixture(scope="module")
def like(folder: Path, market: Market) -> Likeness:
    assert market.today == DAYS
    return read(Settings(), [folder], 100)


def call(out: Path, *flags: str) -> int:
    small = ("--days", "10", "--seeds", "2", "--jobs", "1", "--contenders", "greedy")
    return main(["simulate", *small, "--out", str(out), *flags])


def test_the_fit_recovers_the_shop(market: Market, like: Likeness) -> None:
    goods = market.assortment
    row = [goods.skus.index(sku) for sku in like.skus]
    assert sorted(row) == list(range(OFFERS))
    assert like.days == DAYS
    assert np.array_equal(np.array(like.cost), goods.cost[row])
    assert np.array(like.tax_rate) == pytest.approx(goods.tax_rate[row])
    assert np.array(like.fee_rate) == pytest.approx(goods.fee_rate[row])
    names = [like.categories[c] for c in like.category]
    assert names == [goods.categories[c] for c in goods.category[row]]
    assert np.abs(np.log(np.array(like.first_price) / goods.first_price[row])).max() < 0.06
    # the year moves the categories by up to a third and is no part of the fit
    assert np.mean(like.base) == pytest.approx(SALES, rel=0.25)
    assert np.corrcoef(np.log(like.base), np.log(goods.base[row]))[0, 1] > 0.85
    assert np.array(like.weekdays) == pytest.approx(np.exp(WEEKDAY_TRAFFIC), abs=0.12)
    assert like.size == pytest.approx(2.0, rel=0.3)
    assert like.silent == pytest.approx(0.06, abs=0.05)
    assert like.views == pytest.approx(12.0, rel=0.15)
    first = market.competitors.first[0, row] / goods.first_price[row]
    seen = np.array([level is not None for level in like.competitor])
    assert np.array_equal(seen, market.competitors.sells[0, row])
    assert like.competitors is not None
    assert np.abs(like.competitors[seen] - np.log(first[seen])).max() < 0.25
    assert np.abs(np.array(like.elasticity) - goods.elasticity[row]).mean() < 0.6
    assert 0.3 < min(like.trust) <= max(like.trust) < 1.0


def test_prices_that_never_moved_leave_elasticities_to_the_margins(tmp_path: Path) -> None:
    market = compose("plain", 3, 15, 4.0)
    still = opening(market.assortment)
    for _ in range(14):
        still += records(market.assortment, (), market.day(market.assortment.first_price))
    write(tmp_path / "still", still)
    like = read(Settings(), [tmp_path / "still"], 100)
    assert max(like.trust) < 0.15
    assert like.size is None or like.size > 5.0
    margins = market.assortment.margins(market.assortment.first_price.astype(float))
    implied = 1.0 / np.median(margins / market.assortment.first_price)
    assert np.array(like.elasticity) == pytest.approx(implied, rel=0.15)


def test_a_market_is_made_like_the_recording_and_seeds_differ_in_elasticities(
    like: Likeness,
) -> None:
    one, two = compose("plain", 1, like=like), compose("plain", 2, like=like)
    assert one.competitors.names == ("sleep",)
    assert np.array_equal(one.assortment.cost, np.array(like.cost))
    assert np.array_equal(one.assortment.first_price, two.assortment.first_price)
    assert not np.array_equal(one.assortment.elasticity, two.assortment.elasticity)
    first = one.assortment.first_price
    rates = [one.problem().rates(first.astype(float)).sum()]
    for _ in range(6):
        one.day(first)
        rates.append(one.problem().rates(first.astype(float)).sum())
    assert rates[0] == pytest.approx(np.sum(like.base) * like.weekdays[0])
    assert compose("plain+match", 1, like=like).competitors.names == ("match",)


def test_the_command_says_what_it_fitted_and_who_won(
    tmp_path: Path, folder: Path, like: Likeness, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(tmp_path / "one", "--like", str(folder), "--offers", "12") == 0
    shown = capsys.readouterr().out
    assert "fitted to autumn" in shown
    assert f"12 best sellers of {OFFERS}" in " ".join(shown.split())
    (found,) = json.loads((tmp_path / "one" / "summary.json").read_text())
    assert list(found["contenders"]) == ["fixed", "greedy", "clairvoyant"]
    assert (found["offers"], found["days"]) == (12, 10)
    assert "a regression on the recording" in found["like"]["own-price elasticities"]
    assert found["sales"] == pytest.approx(sum(like.base[:12]) / 12, rel=0.03)
    page = (tmp_path / "one" / "report.html").read_text()
    assert "Fitted to your recording" in page
    assert "<dt>weekdays</dt>" in page
    assert call(tmp_path / "two", "--like", str(folder), "--offers", "12") == 0
    for name in ("report.html", "summary.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_rubbish_is_refused_in_one_line(
    tmp_path: Path, market: Market, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert market.today == DAYS
    noise = tmp_path / "noise.jsonl"
    noise.write_text("not a recording\n")
    write(tmp_path / "idle", opening(market.assortment))
    recorded(tmp_path / "short", "plain", 15, 4.0, 5)
    cases = {
        ("--like", str(tmp_path / "nowhere")): "nowhere",
        ("--like", str(noise)): "noise.jsonl:1",
        ("--like", str(tmp_path / "idle")): "no orders",
        ("--like", str(tmp_path / "short")): "at least 14",
        ("--like", str(folder), "--sales", "3"): "--sales",
    }
    for flags, message in cases.items():
        assert call(tmp_path / "out", *flags) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert error.startswith("pricetide simulate: ")
        assert message in error
