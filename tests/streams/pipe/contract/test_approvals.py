"""Large steps are proposed; a human approves or rejects, or time passes."""

from __future__ import annotations

from typing import Any

import pytest

STRATEGY = [{"kind": "match_competitor"}, {"kind": "keep"}]
APPROVAL = {"required_above_step": "15%", "expires_after": "PT24H"}
HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture
def proposed(shop: Any) -> Any:
    """A shop with a proposal from 10.00 to 7.00."""
    shop.policy("p", strategy=STRATEGY, approval=APPROVAL)
    shop.product()
    shop.competitor("7.00")
    assert (shop.last["outcome"], shop.last["price"]) == ("proposed", "7.00")
    assert shop.changes == []
    return shop


def outcomes(shop: Any) -> list[str]:
    return [d["outcome"] for d in shop.decisions]


def test_a_step_of_just_the_threshold_needs_no_approval(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY, approval=APPROVAL)
    shop.product()
    shop.competitor("8.50")
    assert shop.prices() == ["8.50"]
    shop.competitor("7.22")
    assert shop.last["outcome"] == "proposed"


def test_an_approved_proposal_takes_effect(proposed: Any) -> None:
    proposed.control("approve", decision_id=proposed.last["decision_id"])
    assert proposed.prices() == ["7.00"]
    assert proposed.last["reason"] == "approved"
    assert proposed.last["outcome"] == "changed"
    assert proposed.last["explanation"][0]["detail"]["order"]["actor"] == "ann"


def test_an_approved_pull_recovers_as_any_other(proposed: Any) -> None:
    proposed.control("approve", decision_id=proposed.last["decision_id"])
    proposed.policy("p", version=2, strategy=STRATEGY)
    proposed.competitor(None)
    assert proposed.prices() == ["7.00", "10.00"]


def test_a_rejected_proposal_is_not_proposed_again_until_its_inputs_change(proposed: Any) -> None:
    proposed.control("reject", decision_id=proposed.last["decision_id"])
    assert "rejected" in outcomes(proposed)
    proposed.competitor("7.00")
    proposed.tick(3 * DAY)
    proposed.competitor("7.00")
    assert outcomes(proposed).count("proposed") == 1
    assert proposed.changes == []
    proposed.competitor("7.10")
    assert (proposed.last["outcome"], proposed.last["price"]) == ("proposed", "7.10")


def test_a_proposal_expires_and_is_not_proposed_again_until_its_inputs_change(
    proposed: Any,
) -> None:
    proposal = proposed.last["decision_id"]
    proposed.tick(DAY - 1)
    assert "rejected" not in outcomes(proposed)
    proposed.tick(1)
    assert proposed.decisions[-1]["reason"] in ("proposal_expired", "declined")
    assert "rejected" in outcomes(proposed)
    proposed.tick(3 * DAY)
    proposed.competitor("7.00")
    assert outcomes(proposed).count("proposed") == 1
    proposed.control("approve", decision_id=proposal)
    assert proposed.changes == []
    proposed.policy("p", version=2, strategy=STRATEGY, approval=APPROVAL)
    assert outcomes(proposed).count("proposed") == 2


def test_a_proposal_that_stands_is_not_repeated(proposed: Any) -> None:
    proposed.competitor("7.00")
    proposed.tick(HOUR)
    assert outcomes(proposed).count("proposed") == 1


def test_a_proposal_that_is_no_longer_wanted_cannot_be_approved(proposed: Any) -> None:
    proposal = proposed.last["decision_id"]
    proposed.competitor("9.50")
    assert proposed.prices() == ["9.50"]
    proposed.control("approve", decision_id=proposal)
    assert proposed.prices() == ["9.50"]


def test_guardrails_that_came_since_bind_an_approved_price(proposed: Any) -> None:
    proposal = proposed.last["decision_id"]
    proposed.now += 1
    value = {
        "policy_id": "p",
        "version": 2,
        "strategy": STRATEGY,
        "approval": APPROVAL,
        "guardrails": {"minimum_price": "7.50"},
    }
    proposed.send("pricing-policies", value, key="p", timestamp=proposed.now)
    proposed.control("approve", decision_id=proposal)
    assert all(float(price) >= 7.5 for price in proposed.prices())
    assert all(float(d["price"]) >= 7.5 for d in proposed.decisions[-1:])
