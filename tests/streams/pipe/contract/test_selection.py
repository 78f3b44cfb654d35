"""Which policy rules an offer, and that every decision says so."""

from __future__ import annotations

from typing import Any

import pytest

KEEP = [{"kind": "keep"}]
PRODUCT = {"brand": "Lavazza", "tags": ["organic"], "role": "kvi"}


def test_an_empty_selector_matches_everything(shop: Any) -> None:
    shop.policy("all", strategy=KEEP)
    shop.product("a")
    shop.product("b", category="toys", channels={"web": {}, "store:1": {"price": "11.00"}})
    ruled = {(d["sku"], d["channel"]): d["policy_id"] for d in shop.decisions}
    assert ruled == {("a", "web"): "all", ("b", "web"): "all", ("b", "store:1"): "all"}


@pytest.mark.parametrize(
    "select",
    [
        {"skus": ["a"]},
        {"categories": ["food/coffee"]},
        {"categories": ["food"]},
        {"brands": ["Lavazza"]},
        {"tags": ["organic"]},
        {"roles": ["kvi"]},
        {"channels": ["web"]},
    ],
)
def test_each_selector_selects_and_is_more_specific_than_none(
    shop: Any, select: dict[str, Any]
) -> None:
    shop.policy("a-all", strategy=KEEP)
    shop.policy("some", select=select, strategy=KEEP)
    shop.product("a", **PRODUCT)
    assert shop.last["policy_id"] == "some"
    other = {"category": "foodstuff", "brand": "x", "role": "core", "channels": {"store:1": {}}}
    shop.product("z", **other)
    found = [d["policy_id"] for d in shop.decisions if d["channel"] == "store:1"]
    assert found == ["a-all"]


def test_priority_goes_before_specificity_and_specificity_before_the_id(shop: Any) -> None:
    shop.policy("b", strategy=KEEP)
    shop.product()
    ruled = [shop.last]
    for policy_id, fields in (
        ("a", {}),
        ("z", {"select": {"skus": ["a"]}}),
        ("high", {"priority": 1}),
    ):
        shop.policy(policy_id, strategy=KEEP, **fields)
        ruled.append(shop.last)
    assert [d["policy_id"] for d in ruled] == ["b", "a", "z", "high"]
    reasons = [d["explanation"][0]["detail"]["ruled"] for d in ruled]
    assert len(set(reasons)) == 4
    assert "only" in reasons[0]
    assert "first id" in reasons[1]
    assert "specific" in reasons[2]
    assert "priority" in reasons[3]


def test_every_decision_names_its_policy_version_and_why_it_rules(shop: Any) -> None:
    shop.product()
    shop.policy("p", version=1, strategy=KEEP)
    shop.policy("p", version=2, strategy=[{"kind": "match_competitor"}])
    shop.competitor("9.00")
    assert [(d["policy_id"], d["policy_version"]) for d in shop.decisions] == [
        ("default", 0),
        ("p", 1),
        ("p", 2),
        ("p", 2),
    ]
    assert all(d["explanation"][0]["detail"]["ruled"] for d in shop.decisions)


@pytest.mark.parametrize("status", ["inactive", "draft", "paused", "retired"])
def test_only_an_active_policy_rules(shop: Any, status: str) -> None:
    shop.policy("p", status=status, strategy=KEEP)
    shop.product()
    assert shop.last["policy_id"] == "default"


def test_a_tombstone_withdraws_a_policy(shop: Any) -> None:
    shop.policy("p", strategy=KEEP)
    shop.product()
    shop.send("pricing-policies", None, key="p", timestamp=shop.now)
    shop.tick(1)
    assert shop.last["policy_id"] == "default"


def test_the_default_guardrails_do_not_bind_where_a_policy_selects(shop: Any) -> None:
    """±5 % a step, ±30 % and one change a day are the default's alone."""
    shop.product()
    before = len(shop.changes)
    shop.policy("p", strategy=[{"kind": "match_competitor"}])
    shop.competitor("6.00")
    shop.competitor("3.50")
    assert shop.prices()[before:] == ["6.00", "3.50"]


def test_null_and_absent_guardrails_do_not_bind(shop: Any) -> None:
    names = ("minimum_price", "maximum_price", "minimum_margin", "respect_map", "reference_band")
    more = ("max_step_up", "max_step_down", "cooldown", "max_changes_per_day")
    nulls: dict[str, Any] = dict.fromkeys((*names, *more, "never_above_list_price"))
    shop.policy("p", strategy=[{"kind": "match_competitor"}], guardrails=nulls)
    shop.product(list_price="10.00", map_price="9.00")
    shop.competitor("2.00")
    assert shop.prices() == ["2.00"]
    shop.policy("p", version=2, strategy=[{"kind": "match_competitor"}])
    shop.competitor("1.00")
    assert shop.prices() == ["2.00", "1.00"]


def test_without_any_policy_the_built_in_default_applies(shop: Any) -> None:
    shop.product(price="10.00", cost="9.80")
    for _ in range(15):
        shop.tick(86_400_000)
    assert {d["policy_id"] for d in shop.decisions} == {"default"}
    assert shop.decisions[0]["explanation"][0]["rule"] == "optimise"
    days = [c["time"][:10] for c in shop.changes]
    assert len(days) == len(set(days))
    at = 1000
    for price in (round(float(p) * 100) for p in shop.prices()):
        assert 980 <= price <= 1300
        assert 0.95 * at <= price <= 1.05 * at
        at = price
    assert {d["propensity"] for d in shop.decisions} == {1}
