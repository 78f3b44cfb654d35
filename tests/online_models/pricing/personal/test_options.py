"""No depth leads below the guardrails or above the public price, whatever they are."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from online_models.pricing.personal.options import STEPS, DiscountCandidate
from online_models.pricing.policy.compiled_policy import compile_policy, endings
from online_models.pricing.policy.settings import PricingSettings
from schemas.records.policy.personal import PersonalTerms
from schemas.records.policy.pricing_policies import Policy, SegmentTerms

TERMS = compile_policy(Policy(policy_id="p"), 1, 2, PricingSettings())


def candidate(public: int, floor: int, ends: tuple[str, ...]) -> DiscountCandidate:
    terms = replace(TERMS, endings=endings(ends, 2))
    return DiscountCandidate(0, public, 1.0, 0.0, 0, "EUR", floor, "minimum_margin", terms, {})


@given(
    st.integers(1, 100_000),
    st.integers(1, 100_000),
    st.sampled_from([(), (".99",), (".49", ".99"), ("5",)]),
    st.decimals(0, 1, places=3),
    st.integers(1, 100_000),
)
def test_every_price_is_legal(
    public: int, floor: int, ends: tuple[str, ...], largest: Decimal, promised: int
) -> None:
    offer = candidate(public, floor, ends)
    segment = SegmentTerms(
        segment="b2c",
        personalise=True,
        personal_discount=largest,
        optimise_personal=PersonalTerms(),
    )
    depths = offer.depths(segment)
    prices = [depth.price for depth in depths]
    assert len(depths) <= STEPS
    assert prices == sorted(set(prices), reverse=True)
    for price in prices:
        assert floor <= price < public
        assert not ends or any(f"{price / 100:.2f}".endswith(end) for end in ends)
    kept = offer.allowed(promised)
    assert kept >= floor or kept == public
