"""No schedule can be played against itself, whatever discounts are wanted."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.pricing.quantity_breaks.schedule import schedule
from online_models.pricing.trade.volumes import QUANTITIES


@settings(max_examples=2000, deadline=None)
@given(
    public=st.integers(1, 10**9),
    share=st.floats(0, 1.1),
    wanted=st.lists(
        st.tuples(st.sampled_from(QUANTITIES), st.integers(0, 1_000_000)),
        min_size=1,
        unique_by=lambda pair: pair[0],
    ),
)
def test_self_selection_holds(public: int, share: float, wanted: list[tuple[int, int]]) -> None:
    floor = max(int(public * share), 1)
    quantities, discounts = zip(*sorted(wanted), strict=True)
    tiers = schedule(public, floor, quantities, discounts)
    if floor > public:
        assert {tier.price for tier in tiers} == {public}
        return
    prices = [(1, public), *((tier.quantity, tier.price) for tier in tiers)]
    for (before, dearer), (quantity, price) in pairwise(prices):
        assert floor <= price <= dearer
        # one more unit never makes the whole order cheaper
        assert quantity * price >= (quantity - 1) * dearer
        assert quantity * price - before * dearer >= floor * (quantity - before)
