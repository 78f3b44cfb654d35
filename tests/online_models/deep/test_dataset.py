from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from online_models.deep.dataset import Dataset, build
from online_models.deep.inputs import Inputs
from online_models.deep.offers import Offers
from online_models.deep.spec import Spec
from online_models.demand.observations import DAY, Observations

SPEC = Spec(window=14, items=128, categories=16)


def test_inputs_of_a_bucket_do_not_change_when_it_or_later_ones_sell_otherwise(
    observations: Observations, offers: Offers, dataset: Dataset
) -> None:
    """Leakage: whatever happens in or after a bucket, its inputs stay what they were."""
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


def test_prices_after_a_bucket_do_not_reach_its_inputs(
    observations: Observations, offers: Offers, dataset: Dataset
) -> None:
    cut = int(observations.end[len(observations) // 2])
    dearer = np.where(observations.end > cut, 7.0 * observations.price, observations.price)
    other = build(replace(observations, price=dearer), offers, SPEC, skip=14)
    until = dataset.end <= cut
    for field in fields(Inputs):
        mine = getattr(dataset.inputs, field.name)[until]
        assert np.array_equal(mine, getattr(other.inputs, field.name)[until]), field.name


def test_inputs_react_to_the_past_and_to_the_own_price(
    observations: Observations, offers: Offers, dataset: Dataset
) -> None:
    cut = int(observations.end[len(observations) // 2])
    units = np.where(observations.end < cut, observations.units + 5, observations.units)
    other = build(replace(observations, units=units), offers, SPEC, skip=14)
    at = dataset.end == cut
    assert not np.array_equal(dataset.inputs.window[at], other.inputs.window[at])
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


def test_buckets_without_stock_or_of_another_length_give_no_row(offers: Offers) -> None:
    seen = Observations.of(
        [0, 1, 2],
        [0, 0, 0],
        [1.0, 0.0, 4.0],
        end=np.array([DAY, DAY, DAY // 24]),
        available=np.array([1.0, 0.0, 1.0]),
    )
    assert build(seen, offers, SPEC).offer.tolist() == [0]
    with pytest.raises(ValueError, match="no observations of buckets"):
        build(seen, offers, SPEC, skip=5)
