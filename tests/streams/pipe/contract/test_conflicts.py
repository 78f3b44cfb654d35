"""Bounds that contradict each other never resolve silently."""

from __future__ import annotations

import json
from typing import Any

import pytest

from online_models.pricing.explanation.narrate import words
from online_models.pricing.explanation.recompute import recompute
from schemas.topics import decode

STRATEGY = [{"kind": "match_competitor"}, {"kind": "keep"}]
DAY = 86_400_000
CONFLICTS = [
    ({"minimum_margin": "60%", "maximum_price": "9.50"}, {}),
    ({"minimum_price": "11.00", "maximum_price": "9.00"}, {}),
    ({"respect_map": True, "maximum_price": "9.00"}, {"map_price": "9.50"}),
    ({"never_above_list_price": True, "minimum_price": "9.50"}, {"list_price": "9.00"}),
    ({"reference_band": "10%", "minimum_price": "12.00"}, {}),
    ({"max_step_up": "5%", "minimum_price": "12.00"}, {}),
    ({"max_step_down": "5%", "maximum_price": "8.00"}, {}),
    # systems that have no list price write 0: nothing is given away for that
    ({"never_above_list_price": True}, {"list_price": "0"}),
    ({"maximum_price": "0"}, {}),
    ({"maximum_price": "0.004"}, {}),
]


def names(guardrails: dict[str, Any]) -> set[str]:
    return set(guardrails) - {"reference_price"}


@pytest.mark.parametrize(("guardrails", "product"), CONFLICTS)
def test_the_price_is_held_and_an_alert_names_both_bounds(
    shop: Any, guardrails: dict[str, Any], product: dict[str, Any]
) -> None:
    shop.policy("p", strategy=STRATEGY, guardrails=guardrails)
    shop.product(**product)
    shop.competitor("9.20")
    assert shop.prices() == []
    assert (shop.last["outcome"], shop.last["reason"]) == ("held", "bounds_conflict")
    alert = shop.alerts("bounds_conflict")[0]
    assert set(alert["details"]["bounds"]) == names(guardrails)
    assert all(name in alert["message"] for name in names(guardrails))
    assert (alert["sku"], alert["channel"]) == ("a", "web")


def test_a_manual_price_does_not_resolve_a_conflict_but_a_forced_one_passes(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY, guardrails=CONFLICTS[0][0])
    shop.product()
    shop.control("set_price", sku="a", channel="web", price="9.80")
    assert shop.prices() == []
    shop.control("set_price", sku="a", channel="web", price="9.80", force=True)
    assert shop.prices() == ["9.80"]


def test_a_manual_price_is_not_given_away_where_the_list_price_becomes_0(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY, guardrails={"never_above_list_price": True})
    shop.product()
    shop.control("set_price", sku="a", channel="web", price="9.80")
    shop.now += 1
    shop.product(list_price="0")
    assert shop.prices() == ["9.80"]
    assert shop.last["reason"] == "bounds_conflict"


def test_a_conflict_that_ends_lets_the_price_go(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY, guardrails=CONFLICTS[0][0])
    shop.product()
    shop.competitor("9.20")
    shop.now += 1
    shop.product(cost="3.00")
    assert shop.prices() == ["9.20"]


def test_a_margin_that_no_price_can_reach_is_null_told_and_recomputed(shop: Any) -> None:
    guardrails = {"minimum_margin": "95%", "max_step_up": "5%"}
    shop.policy("p", strategy=STRATEGY, guardrails=guardrails)
    shop.product(cost="99999999999")
    shop.competitor("9.20")
    steps = shop.last["explanation"]
    assert [s["detail"]["minimum"] for s in steps if s["rule"] == "minimum_margin"] == [None]
    assert None not in [step["output"] for step in steps]
    decode("price-decisions", json.dumps(shop.last).encode())
    assert recompute(steps, "USD") == shop.last["price"] == "10.00"
    said = " ".join(words(shop.last))
    assert "None" not in said
    assert "more than any price can be" in said


def test_no_legal_ending_between_the_bounds_is_a_conflict(shop: Any) -> None:
    guardrails = {"price_endings": [".99"], "minimum_price": "9.10", "maximum_price": "9.90"}
    shop.policy("p", strategy=STRATEGY, guardrails=guardrails)
    shop.product(price="9.50")
    shop.competitor("9.20")
    assert shop.prices() == []
    bounds = set(shop.alerts("bounds_conflict")[0]["details"]["bounds"])
    assert "price_endings" in bounds
    assert bounds & {"minimum_price", "maximum_price"}


def test_a_conflict_that_goes_on_is_told_again_after_a_week_not_with_every_event(
    shop: Any,
) -> None:
    """It waits for a human, who knows: a reminder a week is enough."""
    shop.policy("p", strategy=STRATEGY, guardrails=CONFLICTS[0][0])
    shop.product()
    told = []
    for day in range(15):
        for cents in range(10):
            shop.competitor(f"9.{20 + cents}")
        told += [day] * (len(shop.alerts("bounds_conflict")) - len(told))
        shop.tick(DAY)
    assert told == [0, 7, 14]


def test_another_contradiction_and_another_version_are_told_at_once(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY, guardrails=CONFLICTS[0][0])
    shop.product()
    shop.policy("p", version=2, strategy=STRATEGY, guardrails=CONFLICTS[0][0])
    shop.policy("p", version=3, strategy=STRATEGY, guardrails=CONFLICTS[1][0])
    bounds = [alert["details"]["bounds"] for alert in shop.alerts("bounds_conflict")]
    assert bounds == [
        ["maximum_price", "minimum_margin"],
        ["maximum_price", "minimum_margin"],
        ["minimum_price", "maximum_price"],
    ]


def test_a_contradiction_that_was_mended_and_comes_back_is_told_at_once(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY, guardrails=CONFLICTS[0][0])
    for cost in ("4.00", "3.00", "4.00"):
        shop.now += 1
        shop.product(cost=cost)
        shop.competitor("9.20")
    assert len(shop.alerts("bounds_conflict")) == 2


def test_a_way_that_a_rival_blocks_and_opens_by_turns_is_told_once(shop: Any) -> None:
    """What 9.49 can reach changes with every price of the competitor; the trouble is one."""
    guardrails = {"price_endings": [".49"], "max_step_up": "5%", "minimum_price": "8.00"}
    shop.policy("p", strategy=STRATEGY, guardrails=guardrails)
    shop.product(price="9.49")
    for _ in range(10):
        shop.competitor("12.49")
        shop.competitor("9.49")
    assert shop.prices() == []
    assert len(shop.alerts("bounds_conflict")) == 1
