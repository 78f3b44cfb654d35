"""A shock of demand wakes exploration: prices are tried farther off, and profit is back sooner."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from online_models.demand.filter import model
from online_models.market import compose
from online_models.market.closed_loop import compete
from online_models.market.contenders.pricetide import Pricetide
from online_models.market.demand.curves import LogLinear
from online_models.market.market import Market
from online_models.pricing.decision import target_price
from online_models.pricing.decision.explore import Draw, draw

OFFERS, SALES, SHOCK, DAYS = 20, 40.0, 50, 100


class Shocked(LogLinear):
    """From a day on levels are another, and so are elasticities."""

    def strike(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        signs = rng.choice([-1.0, 1.0], (2, OFFERS))
        self._log_base = self._log_base + 0.5 * signs[0]
        self._elasticity = np.maximum(self._elasticity * np.exp(0.3 * signs[1]), 1.4)


class Played(NamedTuple):
    """Profit by day, (days,), and how far draws lay from what was expected of them, squared."""

    profit: np.ndarray
    width: np.ndarray


def played(seed: int, monkeypatch: pytest.MonkeyPatch) -> Played:
    market = compose("plain", seed, OFFERS, SALES)
    market.demand = Shocked(market.assortment, seed)
    width, today = np.zeros(DAYS), [0]

    def seen(context: object, greedy: object) -> Draw:
        drawn = draw(context, greedy)  # type: ignore[arg-type]
        width[today[0]] = np.mean(drawn.deviation**2)
        return drawn

    def day_done(day: int) -> None:
        today[0] = min(day + 1, DAYS - 1)
        if day == SHOCK - 1:
            strike(market, seed)

    monkeypatch.setattr(target_price, "draw", seen)
    track = compete(market, Pricetide(market, seed), DAYS, day_done)
    assert not track.unexplained.any()
    return Played(track.profit, width)


def strike(market: Market, seed: int) -> None:
    assert isinstance(market.demand, Shocked)
    market.demand.strike(seed)


def test_a_shock_wakes_exploration_and_profit_is_back_sooner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    early, late = slice(SHOCK - 15, SHOCK), slice(SHOCK + 3, SHOCK + 18)
    lifts, woken = [], []
    for seed in (70, 71, 72):
        awake = played(seed, monkeypatch)
        with monkeypatch.context() as asleep:
            asleep.setattr(model, "ALARM_ELASTICITY_VARIANCE", 0.0)
            still = played(seed, asleep)
        lifts.append(awake.profit[late.start :].sum() / still.profit[late.start :].sum())
        woken.append(awake.width[late].mean() / awake.width[early].mean())
        assert awake.width[late].mean() > 1.3 * still.width[late].mean()
    assert min(woken) > 1.3
    assert np.mean(lifts) > 1.01
