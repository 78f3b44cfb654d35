from __future__ import annotations

import numpy as np
import pytest

from online_models.market import compose
from online_models.market.closed_loop import Track, compete
from online_models.market.contenders import CONTENDERS
from online_models.market.score import exponent, regret, score


def track(profit: np.ndarray, offers: np.ndarray) -> Track:
    empty = np.zeros((len(profit), 1), dtype=np.int64)
    look = np.zeros(1, dtype=np.int64)
    return Track(profit, offers, empty, look, np.array([np.nan]), look, look, look)


@pytest.mark.parametrize("power", [0.3, 0.5, 1.0])
def test_exponent_is_the_power_of_growth(power: float) -> None:
    days = np.arange(1, 361)
    assert exponent(7.0 * days**power) == pytest.approx(power, abs=1e-9)


def test_exponent_of_no_regret_is_not_a_number() -> None:
    assert np.isnan(exponent(np.zeros(100)))


def test_score_is_relative_to_the_clairvoyant_and_to_static_pricing_of_the_same_seed() -> None:
    best = [track(np.full(10, 100.0), np.array([600.0, 400.0])) for _ in range(2)]
    static = [track(np.full(10, level), np.array([1.0, 1.0])) for level in (80.0, 90.0)]
    mine = [track(np.full(10, 90.0), np.array([540.0, 360.0])) for _ in range(2)]
    found = score(mine, best, static)
    assert found.share.mean == pytest.approx(0.9)
    assert found.lift.mean == pytest.approx((90 / 80 + 90 / 90) / 2 - 1)
    assert found.tenth == pytest.approx(0.9)
    assert found.exponent == pytest.approx(1.0)
    assert regret(mine, best)[-1] == pytest.approx(100.0)


def test_a_track_holds_the_exact_expected_profit_of_every_day() -> None:
    market = compose("plain", seed=1, offers=30)
    found = compete(market, CONTENDERS["fixed"](market, 1), days=15)
    daily = compose("plain", seed=1, offers=30).expected_profit(market.assortment.first_price)
    assert np.allclose(found.profit, daily)
    assert found.offer_profit.sum() == pytest.approx(found.profit.sum())
    assert found.prices.shape == (15, 4)
    assert np.isnan(found.elasticity_error).all()
