"""The search for the best price misses none that matters, however wide the range."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from online_models.pricing.profit.search import Floats, best_price

#: Of the highest worth, what a search may miss.
MISSED = 0.004


@given(
    elasticity=st.floats(-4.5, -1.2),
    low=st.integers(100, 3000),
    width=st.integers(0, 30_000),
    cost=st.integers(0, 2000),
)
# twenty times as high as low, and the best price near the lower end
@example(elasticity=-2.1, low=200, width=8400, cost=250)
@example(elasticity=-4.0, low=100, width=999_900, cost=300)
def test_no_price_is_worth_much_more(elasticity: float, low: int, width: int, cost: int) -> None:
    def worth(price: Floats) -> Floats:
        return np.asarray((price - cost) * (price / 1000.0) ** elasticity)

    one = np.array([low], dtype=np.int64)
    found = best_price(one, one + width, one, 0.0, worth, one).price
    assert low <= found[0] <= low + width
    most = worth(np.arange(low, low + width + 1, dtype=np.float64)).max()
    assert worth(found.astype(np.float64))[0] >= most - MISSED * abs(most)


def test_a_price_does_not_depend_on_the_offers_beside_it() -> None:
    low, high = np.array([200, 900]), np.array([8600, 1100])
    cost = np.array([250.0, 600.0])

    def worth_of(rows: slice) -> Floats:
        def worth(price: Floats) -> Floats:
            return np.asarray((price - cost[rows][:, None]) * price**-2.1)

        found = best_price(low[rows], high[rows], low[rows], 0.0, worth, low[rows])
        return np.asarray(found.price)

    apart = [worth_of(slice(0, 1))[0], worth_of(slice(1, 2))[0]]
    assert worth_of(slice(0, 2)).tolist() == apart
