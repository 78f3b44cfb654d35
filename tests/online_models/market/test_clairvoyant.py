from __future__ import annotations

import numpy as np
import pytest

from online_models.market import MARKETS, compose
from online_models.market.demand.choice import NestedLogit
from online_models.market.optimisers import ascend, nested_optimum


def test_the_grid_finds_the_closed_form_of_constant_elasticity() -> None:
    market = compose("plain", seed=3, offers=60)
    goods = market.assortment
    closed = goods.cost * goods.elasticity / (goods.elasticity - 1.0)
    low, high = market.problem().bounds
    cents = np.clip([np.floor(closed), np.ceil(closed)], low, high)
    reached = market.expected_profits(market.clairvoyant().prices)
    assert np.allclose(reached, market.problem().profits(cents).max(axis=0), rtol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_adjusted_markups_and_blind_ascent_agree_on_the_nested_optimum(seed: int) -> None:
    market = compose("nested+sleep", seed=seed, offers=45)
    demand = market.demand
    assert isinstance(demand, NestedLogit)
    problem = market.problem()
    solved = nested_optimum(market.assortment, demand, problem.index)
    rng = np.random.default_rng(seed)
    first = market.assortment.first_price
    climbed = ascend(problem, [first * np.exp(rng.normal(0.0, 0.3, 45)) for _ in range(3)])
    assert np.allclose(solved, climbed, rtol=2e-3)
    assert problem.profits(solved).sum() >= problem.profits(climbed).sum() * (1.0 - 1e-9)


def test_nested_margins_are_the_sensitivity_markup_plus_a_constant_per_nest() -> None:
    market = compose("nested", seed=1, offers=45)
    demand = market.demand
    assert isinstance(demand, NestedLogit)
    index = market.problem().index
    prices = nested_optimum(market.assortment, demand, index)
    falling = demand.utility(prices, index)[1]
    own = demand.dissimilarity[demand.nest] * market.assortment.kept / falling
    constant = market.assortment.margins(prices) - own
    for nest in range(3):
        assert np.ptp(constant[demand.nest == nest]) < 1e-6


def test_the_clairvoyant_anticipates_a_matching_competitor() -> None:
    contested = compose("log_linear+match", seed=2, offers=60)
    plain = compose("log_linear", seed=2, offers=60)
    covered = contested.competitors.sells[0]
    dearer = contested.clairvoyant().prices >= plain.clairvoyant().prices
    assert dearer[covered].all()
    assert (contested.clairvoyant().prices > plain.clairvoyant().prices)[covered].mean() > 0.5


def test_no_market_is_named_like_a_part_of_it() -> None:
    assert all(name not in spelled.split("+") for name, spelled in MARKETS.items())
