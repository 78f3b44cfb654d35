"""Explanations: in words, and back to the price."""

from __future__ import annotations

from typing import Any

import pytest

from online_models.pricing.decision.reasons import SOURCE_NAMES
from online_models.pricing.explanation.narrate import sentence, words
from online_models.pricing.explanation.recompute import recompute
from online_models.pricing.guardrails import GUARDRAILS
from online_models.pricing.strategies import STRATEGIES

HOUR = 3_600_000


def test_a_change_in_words(shop: Any) -> None:
    shop.product(cost="5.00")
    shop.policy(
        "coffee",
        strategy=[{"kind": "match_competitor", "offset": "-0.01"}],
        guardrails={"minimum_margin": "5%", "max_step_down": "10%", "cooldown": "PT1H"},
    )
    shop.competitor("8.00")
    told = words(shop.decisions[-1])
    assert told[0].startswith("The price changes from 10.00 to 9.00 EUR (match competitor): a on")
    assert told[1] == "Policy coffee, version 1 rules: the only policy that selects the offer."
    assert told[2] == (
        "Following globex, the lowest of the competitors that count, at 8.00, offset -0.01,"
        " gives: 7.99."
    )
    assert "The minimum margin asks for at least 5.27; 7.99 is left as it is." in told
    assert "The largest step down asks for at least 9.00; 7.99 becomes 9.00." in told
    assert "The cooldown does not stand in the way; 9.00 is left as it is." in told
    assert any(text.startswith("Expected over the horizon") for text in told)


@pytest.mark.parametrize("competitor", ["8.00", "20.00"])
def test_a_forged_detail_gives_another_price(shop: Any, competitor: str) -> None:
    shop.product(cost="5.00")
    shop.policy(
        strategy=[{"kind": "match_competitor"}],
        guardrails={"max_step_down": "10%", "max_step_up": "5%"},
    )
    shop.competitor(competitor)
    steps = shop.decisions[-1]["explanation"]
    assert recompute(steps, "EUR") == shop.price()
    steps[-1]["detail"]["maximum"] = "1.00"
    assert recompute(steps, "EUR") == "1.00"


def test_every_kind_of_decision_has_words(shop: Any) -> None:
    shop.product(cost="1.00")
    day = 24 * HOUR
    match = {"kind": "match_competitor", "which": "median"}
    shop.policy(
        strategy=[match, {"kind": "keep"}],
        approval={"required_above_step": "15%"},
        guardrails={
            "cooldown": "PT1H",
            "price_endings": [".00", ".50"],
            "max_changes_per_day": 3,
            "freeze": [{"from": shop.now + 5 * day, "until": shop.now + 6 * day}],
        },
    )
    shop.competitor("9.30")
    shop.competitor("5.00")
    shop.tick(2 * HOUR)
    proposal = next(d for d in shop.decisions if d["outcome"] == "proposed")
    shop.competitor("5.00")
    shop.control(kind="reject", decision_id=proposal["decision_id"])
    shop.competitor("5.00")
    shop.control(kind="set_price", sku="a", price="8.00", until=shop.now + 3 * HOUR)
    shop.control(kind="pause")
    shop.control(kind="resume")
    shop.tick(4 * HOUR)
    shop.promotion(
        discount={"percent": "20%"}, starts_at=shop.now + HOUR, ends_at=shop.now + 2 * HOUR
    )
    shop.tick(HOUR, 3)
    shop.control(kind="rollback", to=shop.now - 9 * HOUR)
    for decision in shop.decisions:
        told = words(decision)
        assert len(told) >= 4
        assert not any("A rule applied" in text for text in told)
        assert recompute(decision["explanation"], "EUR") == decision["price"]
    outcomes = {decision["outcome"] for decision in shop.decisions}
    assert outcomes == {"changed", "held", "proposed", "rejected", "overridden"}


def test_every_rule_has_a_sentence_or_is_told_by_its_details() -> None:
    told = sentence(
        {"rule": "new_rule", "input": "2.00", "output": "1.00", "detail": {"limit": "1.00"}}
    )
    assert told == "A rule applied, limit 1.00; 2.00 becomes 1.00."
    names = [rule.name for rule in GUARDRAILS] + [strategy.kind for strategy in STRATEGIES]
    assert len(set(names) | set(SOURCE_NAMES)) == len(names) + len(SOURCE_NAMES)
