"""Elasticities recovered where merchants price on demand; and what cannot be recovered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from online_models.studies.elasticity.answers import EstimatedSlopes, history
from online_models.studies.elasticity.panel import panel
from online_models.studies.elasticity.rows import pooled_elasticities
from tests.online_models.studies.elasticity.markets import Panelled, slow_sellers, stores


def answers(market: Panelled) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Errors of the identified products, and the same in standard deviations, by answer."""
    found = panel(market.parts, market.offers)
    assert found is not None
    told = history(found)
    result = {}
    for name in ("as_sold", "robust", "drawn"):
        answer: EstimatedSlopes = getattr(told, name)
        known = answer.identified
        error = (answer.theta - market.truth[found.products])[known]
        result[name] = error, error / np.sqrt(answer.variance[known])
    return result


def judged(markets: list[Panelled]) -> dict[str, tuple[int, float, float]]:
    """By answer: how many products are identified, their mean error, what intervals cover."""
    told = [answers(market) for market in markets]
    found = {}
    for name in told[0]:
        error, score = (np.concatenate([each[name][k] for each in told]) for k in (0, 1))
        mean = float(error.mean()) if len(error) else np.nan
        found[name] = len(error), mean, float(np.mean(np.abs(score) < 1.96)) if len(score) else 0.0
    return found


def test_stores_tell_in_both_ways() -> None:
    found = judged([stores(seed, shops=6) for seed in range(3)])
    for name in ("as_sold", "robust"):
        number, bias, coverage = found[name]
        assert number == 24
        assert abs(bias) < 0.3
        assert coverage >= 0.85


def test_prices_that_follow_what_was_sold_mislead_as_sold_and_not_robust() -> None:
    found = judged([slow_sellers(seed) for seed in range(3)])
    assert found["as_sold"][1] > 0.8
    number, bias, coverage = found["robust"]
    assert number > 80
    assert abs(bias) < 0.35
    assert coverage >= 0.85
    assert found["drawn"][0] == 0


def test_prices_set_on_demand_that_nobody_sees_mislead_all_but_chance() -> None:
    found = judged([slow_sellers(seed, hidden=0.4) for seed in range(3)])
    assert found["robust"][1] > 0.8
    number, bias, coverage = found["drawn"]
    assert number > 40
    assert abs(bias) < 0.3
    assert coverage >= 0.88


def test_few_sales_are_no_figure_rather_than_a_wild_one() -> None:
    found = [answers(slow_sellers(seed, offers=12, rate=0.3)) for seed in range(2)]
    for told in found:
        for error, _ in told.values():
            assert len(error) < 9
            assert (np.abs(error) < 4.0).all()


def test_a_shock_that_all_stores_share_counts_once_and_not_as_often_as_there_are_stores() -> None:
    """Six stores that all move together are no more evidence than one."""
    market = stores(3, shops=6)
    found = panel(market.parts, market.offers)
    assert found is not None
    few = [part.take(part.offer % 6 == 0) for part in market.parts]
    alone = panel(few, market.offers)
    assert alone is not None
    ratio = history(found).as_sold.variance / history(alone).as_sold.variance
    assert np.median(ratio) > 0.4


def test_every_offer_has_a_figure_for_a_market_made_like_the_recording() -> None:
    market = stores(6, shops=3)
    fixed = [
        replace(part, price=np.where(part.offer < 3, 300.0, part.price)) for part in market.parts
    ]
    offers, mean, variance = pooled_elasticities(fixed, market.offers)
    assert offers.tolist() == list(range(24))
    assert np.allclose(mean[:3], mean[0])
    assert variance[0] > 3.0 * variance[3:].max()
    assert abs(mean[0] - market.truth.mean()) < 0.5


@pytest.mark.slow
@pytest.mark.parametrize("name", ["robust", "drawn"])
def test_bias_and_coverage_over_many_markets(name: str) -> None:
    hidden = 0.4 if name == "drawn" else 0.0
    markets = [slow_sellers(seed, hidden=hidden) for seed in range(100, 140)]
    _, bias, coverage = judged(markets)[name]
    assert abs(bias) <= 0.25
    assert 0.9 <= coverage <= 0.98
