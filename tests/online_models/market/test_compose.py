from __future__ import annotations

import numpy as np
import pytest

from online_models.market import UnknownPartError, compose, parts


def test_an_unknown_part_is_named_with_what_there_is() -> None:
    with pytest.raises(UnknownPartError, match=r"no part 'winter'.*nested_logit"):
        compose("plain+winter", seed=1)


@pytest.mark.parametrize("name", ["match", "plain+nested", "log_linear+choke"])
def test_a_market_needs_exactly_one_curve(name: str) -> None:
    with pytest.raises(UnknownPartError, match="exactly one curve"):
        parts(name)


def test_a_market_has_at_most_one_stock() -> None:
    with pytest.raises(UnknownPartError, match="at most one stock"):
        parts("plain+replenished+perishable")


def test_an_added_part_leaves_the_draws_of_the_others_alone() -> None:
    alone, joined = compose("plain", seed=4), compose("plain+late_events+sleep", seed=4)
    prices = alone.assortment.first_price
    assert np.array_equal(alone.assortment.elasticity, joined.assortment.elasticity)
    assert np.array_equal(alone.units(prices), joined.units(prices))


@pytest.mark.parametrize("prices", [np.zeros(120, np.int64), np.ones(7, np.int64)])
def test_prices_that_are_none_are_refused(prices: np.ndarray) -> None:
    with pytest.raises(ValueError, match="prices"):
        compose("plain", seed=1).day(prices)
