"""What first prices tell of elasticities."""

from __future__ import annotations

import numpy as np

from online_models.demand.markups import LEAST_ELASTIC, LITERATURE, Markups

OURS = -2.5


def priced(elasticity: np.ndarray) -> Markups:
    """A merchant who asks the best price of every offer on average, one markup for all."""
    markup = np.log(elasticity / (elasticity - 1.0)).mean()
    told = Markups()
    told.add(np.full(len(elasticity), 10.0 * np.exp(markup)), np.full(len(elasticity), 10.0))
    return told


def test_offers_that_are_all_alike_are_as_elastic_as_their_markup_says() -> None:
    assert abs(priced(np.full(3000, 3.2)).settle(OURS, 0.0) + 3.2) < 0.01


def test_where_elasticities_differ_their_mean_is_believed_in_not_that_of_the_mean_markup() -> None:
    drawn = np.random.default_rng(0).normal(3.2, 0.5, 5000)
    told = priced(drawn[drawn > LEAST_ELASTIC])
    assert told.settle(OURS, 0.0) > -3.12
    assert abs(told.settle(OURS, 0.25) + 3.2) < 0.03


def test_few_offers_leave_it_with_the_literature() -> None:
    one = priced(np.full(1, 4.0)).settle(OURS, 0.0)
    assert abs(one - (LITERATURE * OURS - 4.0) / (LITERATURE + 1.0)) < 1e-6
    assert Markups().settle(OURS, 0.3) == OURS
