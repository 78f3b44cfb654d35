"""What earlier promotions did is found again in sales that were drawn from known effects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from online_models.studies.promotions.past import PastSales
from online_models.studies.promotions.response import (
    LIFT,
    LearntResponses,
    PromotionResponse,
    curve,
    filled,
    respond,
)
from online_models.studies.promotions.whole_shop import Groups

GOODS, DAYS, LENGTH, REST = 24, 200, 7, 21
CATEGORIES, USUAL, LIFTED, KEPT = 3, 40.0, 3.0, 0.85
#: The log step of 20 % off.
STEP = -np.log(0.8)


def drawn(
    back: float = 0.0,
    taken: float = 0.0,
    beside: float = 0.0,
    course: NDArray[np.float64] | float = 1.0,
    often: float = 0.15,
) -> tuple[PastSales, Groups]:
    """Goods on two channels, promoted on one at a time; `course` multiplies everybody's units."""
    rng = np.random.default_rng(1)
    sku = np.tile(np.arange(GOODS), 2)
    channel = np.repeat(np.arange(2), GOODS)
    category = 1 + sku % CATEGORIES
    depth, until = np.zeros((2 * GOODS, DAYS)), np.zeros(GOODS, np.int64)
    for day in range(28, DAYS - REST, LENGTH):
        for goods in np.flatnonzero((until + REST <= day) & (rng.random(GOODS) < often)):
            until[goods] = day + LENGTH
            row = goods + GOODS * rng.integers(2)
            depth[row, day : day + LENGTH] = rng.choice([0.1, 0.2, 0.3])
    more = -LIFTED * np.log(1.0 - depth)
    effect = np.exp(more - back * filled(more, KEPT))
    extra = np.where(depth > 0.0, effect - 1.0, 0.0)
    local = category * 2 + channel
    for group, share in ((local, taken), (sku, beside)):
        for each in np.unique(group):
            rows = group == each
            effect[rows] *= np.exp(-share * (extra[rows].sum(axis=0) - extra[rows]) / rows.sum())
    units = rng.poisson(USUAL * effect * course).astype(np.float64)
    past = PastSales(0, units, np.ones_like(units), depth, np.full(units.shape, 1000.0), depth < 0)
    return past, Groups(category, sku, channel)


def found(sales: tuple[PastSales, Groups]) -> tuple[LearntResponses, PromotionResponse]:
    """All that is learnt, and the likeliest of it."""
    learnt = respond(*sales, CATEGORIES + 1)
    return learnt, learnt.responses[int(learnt.probabilities.argmax())]


def sold_more(response: PromotionResponse) -> NDArray[np.float64]:
    """Log lifts of 20 % off, whatever the curve about it."""
    return curve(response.lift.member, np.full(2 * GOODS, STEP))


def test_the_lift_of_a_lower_price_is_found() -> None:
    past, groups = drawn()
    learnt, response = found((past, groups))
    assert abs(sold_more(response).mean() - LIFTED * STEP) < 0.03
    assert learnt.runs.sum() == (np.diff((past.depth > 0.0).astype(int), axis=1) > 0).sum()


@pytest.mark.parametrize("back", [0.0, 0.4, 0.8])
def test_what_is_paid_back_is_found(back: float) -> None:
    said = found(drawn(back))[1].paid_back
    assert np.abs(said.mean[1:] - back).max() < 0.12
    assert (np.abs(said.mean - back) < 3.0 * said.deviation)[1:].all()


@pytest.mark.parametrize("drift", [0.5, 2.0])
def test_a_shop_that_shrinks_or_grows_has_bought_nothing_ahead(drift: float) -> None:
    course = drift ** (np.arange(DAYS) / DAYS)
    weekly = 1.0 + 0.4 * np.sin(np.arange(DAYS) * 2 * np.pi / 7)
    response = found(drawn(0.4, course=course * weekly))[1]
    assert np.abs(response.paid_back.mean[1:] - 0.4).max() < 0.12
    assert abs(sold_more(response).mean() - LIFTED * STEP) < 0.03


def test_what_the_category_and_the_other_channel_lose_is_told_apart() -> None:
    for taken, beside in ((0.5, 0.0), (0.0, 0.5)):
        response = found(drawn(0.4, taken, beside))[1]
        assert abs(response.category.mean[1:].mean() - taken) < 0.15
        assert abs(response.other_channels.mean[0] - beside) < 0.15


def test_without_promotions_all_is_as_believed_elsewhere() -> None:
    learnt, response = found(drawn(often=0.0))
    assert not learnt.runs.any()
    assert np.allclose(response.lift.member, LIFT.mean)
    assert (response.lift.deviation >= LIFT.deviation).all()


def test_an_absurd_order_moves_little() -> None:
    past, groups = drawn(0.4)
    usual = found((past, groups))[1]
    units = past.units.copy()
    units[np.unravel_index(past.depth.argmax(), units.shape)] *= 1000.0
    hit = found((replace(past, units=units), groups))[1]
    assert np.abs(hit.lift.member - usual.lift.member).max() < 1.0
    assert np.abs(hit.paid_back.mean - usual.paid_back.mean).max() < 0.2
