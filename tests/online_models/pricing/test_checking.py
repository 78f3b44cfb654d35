"""Policies checked before they go live."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from online_models.pricing.policy_check.checking import Report, check
from online_models.pricing.policy_check.contradictions import _widest_gap
from schemas.records.policy.pricing_policies import Policy


def report(shop: Any, *policies: dict[str, Any]) -> Report:
    records = [Policy.model_validate({"policy_id": "p", **fields}) for fields in policies]
    offers = shop.catalogue.offers
    offers.catalogue_price[:] = 1000
    return check(records, shop.catalogue, shop.settings, shop.demand, shop.stock)


def messages(found: Report) -> list[str]:
    return [finding.message for finding in found.findings]


def test_it_says_who_rules_whom_and_why(shop: Any) -> None:
    shop.product("tea", category="food/tea")
    shop.product("mug", category="kitchen")
    found = report(
        shop,
        {"policy_id": "all", "guardrails": {"minimum_price": "1"}},
        {
            "policy_id": "tea",
            "select": {"categories": ["food"]},
            "guardrails": {"minimum_price": "1"},
        },
    )
    assert [(one.sku, one.policy_id, one.why) for one in found.ruled] == [
        ("tea", "tea", "the most specific selector of that priority"),
        ("mug", "all", "the only policy that selects the offer"),
    ]
    assert found.findings == []


def test_contradictions_of_an_offer_name_both_bounds(shop: Any) -> None:
    shop.product(cost="9.80")
    found = report(shop, {"guardrails": {"minimum_margin": "20%", "maximum_price": "11.00"}})
    finding = found.findings[0]
    assert (finding.sku, finding.channel) == ("a", "web")
    assert finding.bounds == ("maximum_price", "minimum_margin")


def test_a_list_price_of_nothing_leaves_no_price(shop: Any) -> None:
    shop.product(list_price="0")
    found = report(shop, {"guardrails": {"never_above_list_price": True}})
    assert "at least 0.01, never_above_list_price allows at most 0.00" in messages(found)[0]


def test_contradictions_show_without_any_product(shop: Any) -> None:
    found = report(shop, {"guardrails": {"minimum_price": "12", "maximum_price": "11"}})
    assert found.findings[0].bounds == ("minimum_price", "maximum_price")
    found = report(
        shop,
        {
            "guardrails": {
                "minimum_price": "12.00",
                "maximum_price": "12.90",
                "price_endings": [".99"],
            }
        },
    )
    assert "price_endings" in found.findings[0].bounds


def test_what_has_no_effect_is_said(shop: Any) -> None:
    shop.product()
    found = report(
        shop,
        {"select": {"skus": ["nobody"]}, "guardrails": {"minimum_price": "1"}},
        {
            "policy_id": "q",
            "strategy": [{"kind": "markdown"}, {"kind": "keep"}],
            "explore": {"kind": "thompson"},
            "approval": {"required_above_step": "10%"},
            "guardrails": {
                "max_step_up": "5%",
                "max_step_down": "5%",
                "reference_price": "9",
            },
        },
        {"policy_id": "q", "status": "draft", "guardrails": {"minimum_price": "1"}},
    )
    said = " ".join(messages(found))
    for words in (
        "rules no offer",
        "explores nothing",
        "without sell_by",
        "without reference_band",
        "approval is never",
        "has no floor",
        "appears twice",
        "its status is draft",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("endings", "step", "floor", "limit"),
    [
        ([".99", ".49"], "5%", "1.00", "10.00"),
        ([".99"], "5%", "1.00", "20.00"),
        ([".99", ".95"], "10%", "1.00", "9.60"),
        ([".99", ".49"], "5%", "10.00", None),
        ([".99", ".49"], None, "1.00", None),
        ([], "5%", "1.00", None),
    ],
)
def test_a_price_that_could_fall_but_never_rise_again_is_said(
    shop: Any, endings: list[str], step: str | None, floor: str, limit: str | None
) -> None:
    rails = {"price_endings": endings, "max_step_up": step, "minimum_price": floor}
    said = messages(report(shop, {"guardrails": rails}))
    warned = [message for message in said if "never rise" in message]
    assert len(warned) == (limit is not None)
    if limit:
        assert f"below {limit} " in warned[0]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"strategy": [{"kind": "keep"}, {"kind": "cost_plus", "margin": "5%"}]}, "never asks"),
        ({"strategy": [{"kind": "optimise"}, {"kind": "keep"}]}, "never asks keep"),
        ({"strategy": [{"kind": "keep"}, {"kind": "optimise"}],
          "explore": {"kind": "thompson"}}, "explores nothing"),
        ({"strategy": [{"kind": "match_competitor", "competitors": ["X"], "exclude": [" x"]}]},
         "follows nobody"),
        ({"experiment": {"name": "e", "holdout": 0}}, "holds nobody out"),
        ({"experiment": {"name": "e", "holdout": 1}}, "holds everybody out"),
        ({"guardrails": {"max_changes_per_day": 0}}, "never changes a price"),
        ({"guardrails": {"max_step_up": 0, "max_step_down": 0}}, "never changes a price"),
        ({"guardrails": {"freeze": [
            {"from": "2026-06-01T00:00:00Z", "until": "2027-03-01T00:00:00Z"},
            {"from": "2026-01-01T00:00:00Z", "until": "2026-06-01T00:00:00Z"},
         ]}}, "freezes its prices for 424 days"),
    ],
)  # fmt: skip
def test_terms_that_surely_were_not_meant_are_said(
    shop: Any, fields: dict[str, Any], words: str
) -> None:
    rails = {"minimum_price": "1"} | fields.get("guardrails", {})
    said = messages(report(shop, fields | {"guardrails": rails}))
    assert sum(words in one for one in said) == 1


@pytest.mark.parametrize(
    ("rails", "message", "bounds"),
    [
        (
            {"minimum_price": "14.00", "reference_price": "10.00", "reference_band": "30%"},
            "minimum_price is above the upper end of reference_band",
            ("minimum_price", "reference_band"),
        ),
        (
            {"maximum_price": "6.99", "reference_price": "10.00", "reference_band": "30%"},
            "the lower end of reference_band is above maximum_price",
            ("reference_band", "maximum_price"),
        ),
        (
            {"price_endings": [".99"], "reference_price": "10.50", "reference_band": "2%"},
            "no price between the lower end of reference_band and the upper"
            " end of reference_band ends as it must",
            ("reference_band", "price_endings"),
        ),
        (
            {"price_endings": [".99"], "maximum_price": "0.50"},
            "no price up to maximum_price ends as it must",
            ("maximum_price", "price_endings"),
        ),
        ({"maximum_price": "0.00"}, "maximum_price leaves no price above 0", ("maximum_price",)),
    ],
)
def test_bounds_of_a_policy_contradict_each_other_whatever_the_offer(
    shop: Any, rails: dict[str, Any], message: str, bounds: tuple[str, ...]
) -> None:
    finding = report(shop, {"guardrails": rails}).findings[0]
    assert (finding.message, finding.bounds) == (message, bounds)


def test_an_ending_that_no_legal_price_of_an_offer_has_is_a_contradiction(shop: Any) -> None:
    shop.product()
    rails = {"minimum_margin": "50.5%", "reference_band": "5%", "price_endings": [".99"]}
    (finding,) = report(shop, {"guardrails": rails}).findings
    assert set(finding.bounds) == {"minimum_margin", "reference_band", "price_endings"}
    assert finding.message == "no price from 10.11 to 10.50 ends in .99"


def test_endings_that_a_currency_does_not_have_are_said(shop: Any) -> None:
    shop.product(currency="JPY", price="1000", cost="500")
    rails = {"minimum_price": "1", "price_endings": [".99"]}
    assert "are void" in messages(report(shop, {"guardrails": rails}))[0]


def test_why_a_policy_rules_nothing_is_said_and_which_rule_by_their_ids_alone(shop: Any) -> None:
    shop.product("a")
    shop.product("b")
    rails = {"guardrails": {"minimum_price": "1"}}
    found = report(
        shop,
        {"policy_id": "first"} | rails,
        {"policy_id": "second"} | rails,
        {"policy_id": "typo", "select": {"categories": ["fod"]}} | rails,
    )
    said = {finding.policy_id: finding.message for finding in found.findings}
    assert "first goes before it on 2 of 2" in said["second"]
    assert "selects nothing" in said["typo"]
    assert "2 offers by its id alone" in said["first"]


ENDINGS = st.lists(
    st.sampled_from([10, 100, 1000, 10_000]).flatmap(
        lambda modulus: st.tuples(st.just(modulus), st.integers(0, modulus - 1))
    ),
    min_size=1,
    max_size=15,
)


@given(ENDINGS)
def test_the_widest_gap_between_price_endings(endings: list[tuple[int, int]]) -> None:
    period = max(modulus for modulus, _ in endings)
    legal = sorted({at for by, rest in endings for at in range(rest, period, by)})
    gaps = np.diff([*legal, legal[0] + period])
    assert _widest_gap(endings) == gaps.max()


def test_long_price_endings_are_looked_at_at_once() -> None:
    assert _widest_gap([(10**15, 123), (10**3, 99)]) == 1000
    assert _widest_gap([(10**15, 123), (10**15, 10**14)]) == 9 * 10**14 + 123
