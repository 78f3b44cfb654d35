"""Which policy rules an offer, and that a change of policy decides only what it concerns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from online_models.persistence.saved import restore, save
from online_models.pricing.policy.selection import (
    Specificity,
    Traits,
    selected,
    specificity,
    traits,
)
from online_models.pricing.state.policy_book import PolicyBook
from schemas.records.policy.selection import Selector

KEEP = [{"kind": "keep"}]


def ruler(shop: Any) -> tuple[str, str]:
    decision = shop.decisions[-1]
    return decision["policy_id"], decision["explanation"][0]["detail"]["ruled"]


def test_without_a_policy_the_built_in_default_rules(shop: Any) -> None:
    shop.product(decide=True)
    assert ruler(shop) == ("default", "no policy selects the offer")


def test_the_highest_priority_rules_whatever_is_more_specific(shop: Any) -> None:
    shop.product()
    shop.policy("broad", priority=5, strategy=KEEP)
    shop.policy("narrow", priority=1, strategy=KEEP, select={"skus": ["a"]})
    shop.competitor("9.00")
    assert ruler(shop) == ("broad", "the highest priority")


@pytest.mark.parametrize(
    ("broad", "narrow"),
    [
        ({}, {"channels": ["web"]}),
        ({"categories": ["food"]}, {"categories": ["food/coffee"]}),
        ({"categories": ["food/coffee"]}, {"categories": ["food/coffee"], "brands": ["acme"]}),
        ({"categories": ["food/coffee"], "channels": ["web"]}, {"skus": ["a"]}),
        ({"tags": ["x"]}, {"tags": ["x"], "roles": ["kvi"]}),
    ],
)
def test_of_equal_priority_the_most_specific_selector_rules(
    shop: Any, broad: dict[str, Any], narrow: dict[str, Any]
) -> None:
    shop.product(brand="acme", role="kvi", tags=("x", "y"))
    shop.policy("aaa", strategy=KEEP, select=broad)
    shop.policy("zzz", strategy=KEEP, select=narrow)
    assert ruler(shop) == ("zzz", "the most specific selector of that priority")


def test_last_the_policy_id_decides(shop: Any) -> None:
    shop.product()
    shop.policy("b", strategy=KEEP)
    shop.policy("a", strategy=KEEP)
    assert ruler(shop) == ("a", "the first id among policies of equal priority and specificity")


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ({}, True),
        ({"skus": ["a"]}, True),
        ({"skus": ["b"]}, False),
        ({"categories": ["food"]}, True),
        ({"categories": ["foo"]}, False),
        ({"categories": ["food/coffee/beans"]}, False),
        ({"brands": ["acme"]}, True),
        ({"brands": ["other"]}, False),
        ({"tags": ["n", "x"]}, True),
        ({"tags": ["n"]}, False),
        ({"roles": ["kvi"]}, True),
        ({"roles": ["core"]}, False),
        ({"channels": ["store"]}, False),
    ],
)
def test_selectors(selector: dict[str, Any], found: bool) -> None:
    offer = Traits("a", "web", "food/coffee", "acme", "kvi", ("x", "y"))
    fit = specificity(Selector.model_validate(selector), offer)
    assert (fit is not None) == found
    assert fit is None or isinstance(fit, Specificity)


def test_only_offers_whose_ruling_changed_are_decided_anew(shop: Any) -> None:
    shop.product("a", category="food/tea")
    shop.product("b")
    shop.policy("p", strategy=KEEP)
    said = len(shop.decisions)
    shop.policy("tea", strategy=KEEP, select={"categories": ["food/tea"]})
    assert [d["sku"] for d in shop.decisions[said:]] == ["a"]
    shop.policy("tea", strategy=KEEP, select={"categories": ["food/tea"]})
    assert len(shop.decisions) == said + 1
    shop.withdraw("tea")
    assert [d["policy_id"] for d in shop.decisions[said:]] == ["tea", "p"]


@pytest.mark.parametrize("status", ["inactive", "draft", "paused", "retired"])
def test_only_active_policies_rule(shop: Any, status: str) -> None:
    shop.product(decide=True)
    shop.policy("p", strategy=KEEP, status=status)
    assert shop.decisions[-1]["policy_id"] == "default"
    shop.policy("p", strategy=KEEP)
    shop.policy("p", strategy=KEEP, status=status, version=3)
    assert [d["policy_id"] for d in shop.decisions] == ["default", "p", "default"]


def test_a_product_that_changes_category_changes_its_policy(shop: Any) -> None:
    shop.product("a", category="food/tea")
    shop.policy("tea", strategy=KEEP, select={"categories": ["food/tea"]})
    shop.product("a", category="food/coffee", decide=True)
    assert shop.decisions[-1]["policy_id"] == "default"


def test_the_version_travels_with_every_decision(shop: Any) -> None:
    shop.product()
    shop.policy("p", strategy=KEEP, version=7)
    assert shop.decisions[-1]["policy_version"] == 7


def test_money_of_a_policy_is_in_the_offers_currency(shop: Any) -> None:
    shop.product("yen", price="1000", cost="1", currency="JPY")
    shop.product("dinar", price="10.000", cost="1", currency="KWD")
    shop.policy("p", strategy=KEEP, guardrails={"minimum_price": "10.5"})
    assert shop.price("dinar") == "10.500"
    assert shop.price("yen") == "none"


NAMES = st.sampled_from(["a", "b", "c"])
LISTS = st.lists(NAMES, max_size=2)


SELECTORS = st.fixed_dictionaries(
    {
        "skus": LISTS,
        "categories": st.lists(st.sampled_from(["a", "a/b", "c"]), max_size=2),
        "brands": LISTS,
        "tags": LISTS,
        "roles": st.lists(st.sampled_from(["kvi", "core"]), max_size=1),
        "channels": LISTS,
    }
)
PROPERTY = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def motley(shop: Any, random: Any) -> None:
    """Products of all kinds, each on two channels."""
    for sku in "abc":
        for channel in random.sample("abc", 2):
            shop.product(
                sku,
                channel=channel,
                category=random.choice(["a", "a/b", "a/bc", "c"]),
                brand=random.choice(["a", "b", None]),
                role=random.choice(["kvi", "core", "long_tail"]),
                tags=tuple(random.sample("abc", random.randint(0, 2))),
            )


@given(SELECTORS, st.randoms(use_true_random=False))
@PROPERTY
def test_selecting_many_equals_selecting_one_by_one(
    new_shop: Any, fields: dict[str, Any], random: Any
) -> None:
    shop = new_shop()
    motley(shop, random)
    selector = Selector.model_validate(fields)
    catalogue = shop.catalogue
    one_by_one = [
        row
        for row in range(catalogue.offers.size)
        if specificity(selector, traits(catalogue, row)) is not None
    ]
    assert selected(catalogue, selector).tolist() == one_by_one


POLICIES = st.fixed_dictionaries(
    {
        "policy_id": st.sampled_from(["p", "q", "r", "s"]),
        "priority": st.integers(0, 2),
        "status": st.sampled_from(["active", "active", "paused"]),
        "select": SELECTORS,
    }
)


@given(st.lists(POLICIES | st.sampled_from(["p", "q", "r"]), max_size=12), st.randoms())
@PROPERTY
def test_policies_that_come_and_go_leave_the_rulings_of_all_looked_at_anew(
    new_shop: Any, story: list[Any], random: Any
) -> None:
    shop = new_shop()
    motley(shop, random)
    for event in story:
        if isinstance(event, str):
            shop.withdraw(event)
        else:
            shop.policy(**event)
    ledger, book = shop.pricing.ledger, shop.pricing.book
    rows = np.arange(ledger.size)
    anew = PolicyBook(shop.catalogue, shop.settings)
    restore(anew, save(book))
    slot, why = anew.rule(rows)
    assert (ledger.policy.tolist(), ledger.ruling_reason.tolist()) == (slot.tolist(), why.tolist())
    # ... and by hand: priority, then specificity, then the id
    for row in rows.tolist():
        offer = traits(shop.catalogue, row)
        ranked = [
            (-policy.priority, *(-part for part in fit), policy.policy_id)
            for policy in book.slots[1:]
            if policy is not None
            and policy.status == "active"
            and (fit := specificity(policy.select, offer)) is not None
        ]
        ruling = book.slots[int(slot[row])]
        assert ruling is not None
        assert ruling.policy_id == (min(ranked)[-1] if ranked else "default")
