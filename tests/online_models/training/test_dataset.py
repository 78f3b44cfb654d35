from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from online_models.demand.inputs.observations import DAY, Observations
from online_models.demand.networks.history import History
from online_models.demand.networks.inputs import Inputs, as_new, inputs
from online_models.demand.networks.levels import Offers
from online_models.demand.networks.spec import Spec
from online_models.training.dataset import Dataset, build

SPEC = Spec(lookback=14, items=128, categories=16)


def test_inputs_of_a_window_do_not_change_when_it_or_later_ones_sell_otherwise(
    observations: Observations, offers: Offers, dataset: Dataset
) -> None:
    """Leakage: whatever happens in or after a window, its inputs stay what they were."""
    cut = int(observations.end[len(observations) // 2])
    later = observations.end >= cut
    rng = np.random.default_rng(1)
    shuffled = replace(
        observations,
        units=np.where(later, rng.integers(0, 500, len(observations)), observations.units).astype(
            np.float64
        ),
        views=np.where(later, 1e5, observations.views),
        orders=np.where(later, 1.0, observations.orders),
    )
    other = build(shuffled, offers, SPEC, skip=14)
    until = dataset.end <= cut
    assert until.any()
    assert not until.all()
    for field in fields(Inputs):
        mine = getattr(dataset.inputs, field.name)[until]
        assert np.array_equal(mine, getattr(other.inputs, field.name)[until]), field.name


def test_nothing_that_is_known_after_a_window_reaches_its_inputs(
    observations: Observations, offers: Offers, dataset: Dataset
) -> None:
    cut = int(observations.end[len(observations) // 2])
    later = observations.end > cut
    changed = {
        "price": 7.0 * observations.price,
        "competitor_price": 3.0 * observations.price,
        "competitor_mean": 4.0 * observations.price,
        "promotion": 0.4,
        "promoted": 1.0,
        "attributes": 2.0,
        "available": 0.3,
        "stocked_out": True,
        "exploration": 0.1,
    }
    columns = {name: np.array(getattr(observations, name)) for name in changed}
    for name, value in changed.items():
        columns[name][later] = np.broadcast_to(np.asarray(value).T, columns[name].T.shape).T[later]
    other = build(replace(observations, **columns), offers, SPEC, skip=14)
    until = dataset.end <= cut
    for field in fields(Inputs):
        mine = getattr(dataset.inputs, field.name)
        theirs = getattr(other.inputs, field.name)
        assert np.array_equal(mine[until], theirs[until]), field.name
    assert not np.array_equal(dataset.inputs.past[~until], other.inputs.past[~until])


def test_without_its_past_an_offer_looks_like_a_new_one_of_its_description() -> None:
    rng = np.random.default_rng(4)
    offers = Offers()
    for row in range(8):
        offers.register(row, f"s{row}", f"c{row % 2}", [f"w{row}"], float(np.log(500.0)))
    old, new = np.arange(8), np.arange(8, 16)
    for row in new.tolist():
        offers.resemble(row, row - 8, float(np.log(500.0)))
    history = History(offers, DAY, SPEC.lookback)
    history.grow()
    for day in range(30):
        sold = rng.poisson(np.linspace(0.2, 30.0, 8))
        history.push(Observations.of(old, day * DAY, sold, price=500.0, views=9.0, orders=sold / 2))
    price = rng.uniform(400.0, 600.0, 8)
    mine, theirs = (
        inputs(
            history,
            Observations.of(
                rows, 30 * DAY, np.zeros(8), price=price, competitor_price=480.0, available=0.7
            ),
            SPEC,
        )
        for rows in (old, new)
    )
    for field in fields(Inputs):
        left, wanted = getattr(as_new(mine), field.name), getattr(theirs, field.name)
        assert np.allclose(left, wanted, rtol=1e-5, atol=1e-5), field.name
        assert left.dtype == wanted.dtype


def test_inputs_react_to_the_past_and_to_the_own_price(
    observations: Observations, offers: Offers, dataset: Dataset
) -> None:
    cut = int(observations.end[len(observations) // 2])
    units = np.where(observations.end < cut, observations.units + 5, observations.units)
    other = build(replace(observations, units=units), offers, SPEC, skip=14)
    at = dataset.end == cut
    assert not np.array_equal(dataset.inputs.past[at], other.inputs.past[at])
    assert not np.array_equal(dataset.inputs.offset[at], other.inputs.offset[at])
    assert np.ptp(dataset.inputs.price[:, 0]) > 0.1


def test_seasonal_naive_is_the_same_offer_a_season_before(
    observations: Observations, dataset: Dataset
) -> None:
    sold = {
        (int(o), int(e)): float(u)
        for o, e, u in zip(observations.offer, observations.end, observations.units, strict=True)
    }
    rows = range(0, len(dataset), 97)
    wanted = [sold[int(dataset.offer[i]), int(dataset.end[i]) - 7 * DAY] for i in rows]
    assert dataset.naive[list(rows)].tolist() == wanted


def test_windows_without_stock_or_of_another_length_give_no_row(offers: Offers) -> None:
    seen = Observations.of(
        [0, 1, 2],
        [0, 0, 0],
        [1.0, 0.0, 4.0],
        end=np.array([DAY, DAY, DAY // 24]),
        available=np.array([1.0, 0.0, 1.0]),
    )
    assert build(seen, offers, SPEC).offer.tolist() == [0]
    with pytest.raises(ValueError, match="no observations of windows"):
        build(seen, offers, SPEC, skip=5)
