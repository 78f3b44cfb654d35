"""Shoppers who compare prices with those that they remember: learnt where there are any."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.demand import DemandContext, DemandModels, Observations
from online_models.demand.curves import DemandCurves
from online_models.demand.filter import state
from online_models.demand.filter.price_memory import PriceMemory
from online_models.demand.filter.price_scale import scaled
from online_models.demand.inputs.observations import DAY

OFFERS, DAYS, MOVED_EVERY = 40, 150, 30
ELASTICITY = -3.0
#: How much of a remembered price the market's shoppers forget a day: the model's own rate is lower.
FORGOTTEN = 0.08


def learnt(
    share: float, seed: int, days: int = DAYS, drawn: bool = False
) -> tuple[DemandModels, DemandCurves]:
    """What is believed of offers whose prices jump every few weeks, each on days of its own;
    whether it is known what of them was `drawn` by chance.
    """
    rng = np.random.default_rng(seed)
    models, row = DemandModels(), np.arange(OFFERS)
    models.register(row, row, 0 * row, row % 4)
    price, remembered = np.zeros(OFFERS), np.zeros(OFFERS)
    for day in range(days):
        jumps = (day + row) % MOVED_EVERY == 0
        price = np.where(jumps & (day > 5), 0.15 * rng.standard_normal(OFFERS), price)
        shown = price + 0.03 * rng.standard_normal(OFFERS)
        rate = 12.0 * np.exp(ELASTICITY * (shown - share * remembered))
        units = rng.poisson(rate).astype(float)
        chance = {"exploration": shown - price} if drawn else {}
        models.learn(Observations.of(row, day * DAY, units, price=1000.0 * np.exp(shown), **chance))
        remembered += FORGOTTEN * (shown - remembered)
    now, usual = np.full(OFFERS, days * DAY), np.full(OFFERS, 1000.0)
    return models, models.curves(row, DemandContext.at_prices(now, usual))


@pytest.mark.parametrize("drawn", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_the_elasticity_that_prices_rest_on_is_the_one_that_lasts(seed: int, drawn: bool) -> None:
    models, curves = learnt(0.4, seed, drawn=drawn)
    assert 0.3 < models.filter.price_memory.share[0] <= 0.5
    lasting = (1.0 - 0.4) * ELASTICITY
    # without the memory it was far off: the elasticity of the days after a jump counts most
    assert abs(float(np.mean(curves.elasticity)) - lasting) < 0.3


@pytest.mark.parametrize("drawn", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_no_memory_is_made_up(seed: int, drawn: bool) -> None:
    models, curves = learnt(0.0, seed, drawn=drawn)
    assert models.filter.price_memory.share[0] < 0.05
    assert abs(float(np.mean(curves.elasticity)) - ELASTICITY) < 0.2


def test_it_is_known_how_far_a_wrong_share_leads_the_coefficients_astray(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What they are with a share, less what they are with none, by the share."""
    share, found = 0.02, {}
    for held in (0.0, share):

        def hold(memory: PriceMemory, held: float = held) -> float:
            memory.share[0] = held
            return 0.0

        monkeypatch.setattr(PriceMemory, "settle", hold)
        found[held] = learnt(0.0, 0, days=60)[0].filter.state
    gained = (found[share].mean - found[0.0].mean) / share
    for coefficient in (state.LEVEL, state.ELASTICITY):
        expected = found[0.0].by_memory[:, coefficient]
        error = gained[:, coefficient] - expected
        assert np.mean(error**2) < 0.1 * np.mean(expected**2)


def test_first_prices_off_the_usual_ones_are_no_memory() -> None:
    """Who begins dear sells little at first, more than his like later on: that is no memory."""
    rng, row = np.random.default_rng(3), np.arange(OFFERS)
    models = DemandModels()
    models.register(row, row, 0 * row, 0 * row)
    for day in range(DAYS):
        price = rng.choice([-0.2, 0.0, 0.2], OFFERS)
        units = rng.poisson(3.0 * np.exp(ELASTICITY * price)).astype(float)
        models.learn(Observations.of(row, day * DAY, units, price=1000.0 * np.exp(price)))
    assert models.filter.price_memory.share[0] < 0.03


def test_a_price_known_before_memories_were_kept_counts_as_remembered() -> None:
    """States of earlier releases know no remembered prices."""
    models, _ = learnt(0.4, 0)
    state = models.filter.state
    state.remembered[:] = np.nan
    price = scaled(state.log_price - state.anchor)
    assert (state.remembered_or(np.arange(OFFERS), price) == price).all()
    row, now = np.arange(OFFERS), np.full(OFFERS, DAYS * DAY)
    at_rest = models.curves(row, DemandContext.at_prices(now, np.exp(state.log_price)))
    state.remembered[:] = price
    known = models.curves(row, DemandContext.at_prices(now, np.exp(state.log_price)))
    assert np.allclose(at_rest.log_rate, known.log_rate)


def test_what_was_learnt_long_ago_fades_when_shoppers_change() -> None:
    memory, gradient, information = PriceMemory(), np.full(10, 0.3), np.full(10, 50.0)

    def live(days: int, share: float) -> float:
        """Days on which shoppers compare so far; returns what is believed of it then."""
        for _ in range(days):
            error = (share - memory.share[0]) * gradient
            memory.learn(gradient, information * error, information)
            memory.settle()
        return float(memory.share[0])

    assert live(300, 0.45) == pytest.approx(0.45, abs=0.05)
    assert live(30, 0.15) == pytest.approx(0.15, abs=0.05)


def test_a_usual_share_is_believed_of_no_shop_before_its_sales_say_so() -> None:
    memory = PriceMemory()
    assert memory.settle() == 0.0
    memory.learn(np.array([0.3]), np.array([0.0]), np.array([50.0]))
    assert memory.settle() == 0.0
