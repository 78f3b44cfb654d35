"""How well the days of a promotion are known, by what others sold then, or by days like them."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.studies.promotions.control import STRAY, ChannelControl
from online_models.studies.promotions.past import PastSales

OFFERS, DAYS = 20, 140
EVERYBODY = np.ones(OFFERS, np.bool_)
WEEK = np.arange(105, 112)


def past(swing: float, promoted: int = 0) -> PastSales:
    """Offers that sell 10 a day in one week, and more or less by a factor in another; the last
    `promoted` of them are promoted in one week.
    """
    rng = np.random.default_rng(1)
    weeks = np.exp(swing * rng.choice([-1.0, 1.0], DAYS // 7)).repeat(7)
    units = rng.poisson(10.0 * weeks, (OFFERS, DAYS)).astype(float)
    depth = np.zeros((OFFERS, DAYS))
    depth[OFFERS - promoted :, WEEK] = 0.2
    return PastSales(0, units, np.ones_like(units), depth, np.full_like(units, 999.0), depth < 0)


def test_what_others_sell_tells_the_days_of_a_promotion() -> None:
    known = ChannelControl.of(past(0.3, promoted=1), EVERYBODY, WEEK)
    assert known.units > 500
    assert known.weight > 0.7
    assert known.variance < 0.25 * known.stray**2


@pytest.mark.parametrize("swing", [0.1, 0.3])
def test_without_others_so_many_days_stray_as_they_do(swing: float) -> None:
    alone = ChannelControl.of(past(swing, promoted=OFFERS), EVERYBODY, WEEK)
    assert (alone.units, alone.weight) == (0.0, 0.0)
    assert alone.variance == alone.stray**2
    assert 0.7 * swing < alone.stray < 1.5 * swing


def test_others_on_another_channel_tell_nothing() -> None:
    mine = np.arange(OFFERS) >= OFFERS - 3
    alone = ChannelControl.of(past(0.3, promoted=3), mine, WEEK)
    assert alone.units == 0.0


def test_a_channel_that_was_never_quiet_strays_as_is_believed() -> None:
    always = past(0.3)
    always.depth[:] = 0.2
    assert ChannelControl.of(always, EVERYBODY, WEEK).stray == pytest.approx(STRAY)
