"""Whatever is asked for, no line is quoted outside its bounds, and its steps lead to its price."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.pricing.explanation.recompute import recompute
from online_models.pricing.quotes.best_discount import best_discount
from online_models.pricing.quotes.bid_response import Odds
from online_models.pricing.quotes.line_terms import legal_range
from online_models.pricing.quotes.quote_records import explanation
from schemas.records.wholesale.quote_lines import LineBound, LineTerms
from schemas.values.money import texts


@st.composite
def terms(draw: Any) -> LineTerms:
    public = draw(st.integers(1, 10**7))
    floor = draw(st.integers(0, public))
    bounds = [LineBound(rule="minimum_margin", floor=floor)]
    if draw(st.booleans()):
        bounds.append(LineBound(rule="maximum_price", ceiling=draw(st.integers(public, 10**8))))
    return LineTerms(
        place=0,
        category="c",
        public=public,
        entitled=draw(st.integers(max(floor, 1), public)),
        entitled_by="a contract",
        tax_ppm=draw(st.sampled_from([0, 190_000])),
        fee_ppm=draw(st.sampled_from([0, 150_000])),
        fixed=draw(st.integers(0, 2 * public)),
        bounds=tuple(bounds),
        largest_discount=draw(st.integers(0, 1_000_000)),
        exploration=draw(st.sampled_from([-1, 20_000, 1_000_000])),
    )


odds = st.builds(
    Odds,
    st.floats(-30, 30),
    st.floats(-30, 30),
    st.floats(0, 9),
    st.floats(-1, 1),
    st.floats(0, 9),
)
lines = st.lists(st.tuples(terms(), st.integers(1, 10**6)), min_size=1, max_size=6)


def check(asked: list[tuple[LineTerms, int]], belief: Odds, words: tuple[int, int]) -> None:
    wanted, quantities = zip(*asked, strict=True)
    found = best_discount(wanted, quantities, belief, words)
    assert found.total == sum(p * n for p, n in zip(found.prices, quantities, strict=True))
    assert 0.0 <= found.lower <= found.upper <= 1.0
    assert 0.0 < found.propensity <= 1.0
    for line, price in zip(wanted, found.prices, strict=True):
        low, high = legal_range(line.bounds)
        assert low <= price <= min(high, line.entitled)
        steps = explanation(line, found.discount, 2)
        assert recompute(steps, "EUR") == steps[-1]["output"] == texts([price], 2)[0]


@settings(max_examples=150, deadline=None)
@given(asked=lines, belief=odds, word=st.integers(0, 2**63 - 1))
def test_no_quote_leaves_its_bounds(
    asked: list[tuple[LineTerms, int]], belief: Odds, word: int
) -> None:
    check(asked, belief, (0, word))


@pytest.mark.slow
@settings(max_examples=100_000, deadline=None)
@given(asked=lines, belief=odds, word=st.integers(0, 2**63 - 1))
def test_no_quote_of_very_many_leaves_its_bounds(
    asked: list[tuple[LineTerms, int]], belief: Odds, word: int
) -> None:
    check(asked, belief, (0, word))
