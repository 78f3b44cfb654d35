"""The explanation of every decision of a lively shop, recomputed from the outside."""

from __future__ import annotations

import random
import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import Any

import pytest

HOUR = 3_600_000
CENT = Decimal("0.01")
GUARDRAILS: dict[str, Any] = {
    "minimum_price": "6.00",
    "maximum_price": "14.00",
    "minimum_margin": "10%",
    "respect_map": True,
    "reference_band": "40%",
    "max_step_up": "8%",
    "max_step_down": "12%",
    "cooldown": "PT2H",
    "max_changes_per_day": 5,
    "never_above_list_price": True,
}


@pytest.fixture(scope="module")
def lively(new_shop: Any) -> Any:
    """Two hundred events of every kind on four products under three policies."""
    chance = random.Random(7)
    match = {"kind": "match_competitor", "offset": "-1%", "max_age": "PT24H"}
    shop = new_shop()
    shop.policy(
        "m",
        strategy=[match, {"kind": "keep"}],
        guardrails=GUARDRAILS,
        approval={"required_above_step": "11%"},
    )
    endings = GUARDRAILS | {"price_endings": [".99", ".49", ".00"]}
    shop.policy(
        "o",
        select={"skus": ["b"]},
        guardrails=endings,
        explore={"kind": "thompson", "budget": "5%"},
    )
    shop.policy(
        "c",
        select={"skus": ["c"]},
        strategy=[{"kind": "cost_plus", "margin": "30%"}],
        guardrails={"minimum_price": "9.00", "maximum_price": "8.00"},
    )
    for sku in "abcd":
        shop.product(
            sku,
            list_price="13.50",
            map_price="6.50",
            tax_rate="0.07",
            fees={"web": {"rate": 0.05, "fixed": "0.20"}},
        )
    for i in range(200):
        shop.now += chance.randrange(HOUR)
        sku = chance.choice("abcd")
        kind = chance.random()
        if kind < 0.6:
            shop.competitor(
                f"{chance.randrange(500, 1500) / 100:.2f}", chance.choice("xyz"), sku=sku
            )
        elif kind < 0.7:
            price = f"{chance.randrange(500, 1500) / 100:.2f}"
            shop.control(
                "set_price",
                sku=sku,
                channel="web",
                price=price,
                until=shop.now + 3 * HOUR,
                force=chance.random() < 0.3,
            )
        elif kind < 0.75:
            shop.control(chance.choice(["pause", "resume"]), select={"skus": [sku]})
        elif kind < 0.8:
            shop.control("rollback", select={"skus": [sku]}, to=shop.now - 5 * HOUR)
        elif kind < 0.85:
            shop.send(
                "promotions",
                {
                    "promotion_id": f"s{i}",
                    "select": {"skus": [sku]},
                    "starts_at": shop.now,
                    "ends_at": shop.now + 9 * HOUR,
                    "discount": {"percent": "15%"},
                },
                key=f"s{i}",
                timestamp=shop.now,
            )
            shop.tick()
        else:
            open_ones = [d["decision_id"] for d in shop.decisions if d["outcome"] == "proposed"]
            if open_ones:
                shop.control(chance.choice(["approve", "reject"]), decision_id=open_ones[-1])
    for _ in range(48):
        shop.tick(HOUR)
    assert {d["outcome"] for d in shop.decisions} == {
        "changed",
        "held",
        "proposed",
        "rejected",
        "overridden",
    }
    return shop


def test_steps_form_a_chain_that_ends_at_the_price(lively: Any) -> None:
    assert len(lively.decisions) > 200
    for decision in lively.decisions:
        steps = decision["explanation"]
        assert all({"rule", "input", "output", "detail"} <= set(step) for step in steps)
        for before, after in pairwise(steps):
            assert after["input"] == before["output"]
        assert steps[-1]["output"] == decision["price"]
        for step in steps:
            assert re.fullmatch(r"\d+\.\d\d", step["output"])
            assert step["input"] is None or re.fullmatch(r"\d+\.\d\d", step["input"])


def _share(text: str) -> Decimal:
    return Decimal(text.rstrip("%")) / 100 if text.endswith("%") else Decimal(text)


def _raw(step: dict[str, Any]) -> Decimal:
    """The first output: of a match from the competitor's price, of all others as it is told."""
    detail = step["detail"]
    if step["rule"] != "match_competitor":
        return Decimal(step["output"])
    competitor, offset = Decimal(detail["rival"]), detail["offset"]
    if offset.endswith("%"):
        return (competitor * (1 + _share(offset))).quantize(CENT, ROUND_HALF_EVEN)
    return competitor + Decimal(offset)


def _apply(step: dict[str, Any], price: Decimal) -> Decimal:
    """The output of a step from its input and its detail."""
    detail = step["detail"]
    if step["rule"] == "explore":
        return Decimal(step["output"])
    if detail.get("held") is not None:
        return Decimal(detail["held"])
    if detail.get("minimum") is not None:
        price = max(price, Decimal(detail["minimum"]))
    if detail.get("maximum") is not None:
        price = min(price, Decimal(detail["maximum"]))
    if "endings" in detail:
        low, high = (
            Decimal(detail[name] or other)
            for name, other in (("lowest", "0.01"), ("highest", "99999"))
        )
        legal = [
            cents * CENT
            for cents in range(1, 3000)
            if any(f"{cents * CENT:.2f}".endswith(end) for end in detail["endings"])
        ]
        inside = [one for one in legal if low <= one <= high]
        price = min(inside, key=lambda one: (abs(one - price), one)) if inside else price
    return price


def test_the_price_follows_to_the_cent_from_the_explanation_alone(lively: Any) -> None:
    for decision in lively.decisions:
        first, *others = decision["explanation"]
        price = _raw(first)
        assert price == Decimal(first["output"]), first
        for step in others:
            price = _apply(step, price)
            assert price == Decimal(step["output"]), (step, decision)
        assert price == Decimal(decision["price"])


def test_a_change_and_its_decision_carry_the_same_id(lively: Any) -> None:
    decisions = {d["decision_id"]: d for d in lively.decisions}
    assert len(decisions) == len(lively.decisions)
    for change in lively.changes:
        decision = decisions[change["decision_id"]]
        assert decision["outcome"] in ("changed", "overridden")
        assert all(decision[name] == value for name, value in change.items())
    changed = [d for d in lively.decisions if d["outcome"] in ("changed", "overridden")]
    assert [d["decision_id"] for d in changed] == [c["decision_id"] for c in lively.changes]


def test_no_change_breaks_a_guardrail_but_a_forced_one(lively: Any) -> None:
    """The bounds of policy `m` from the contract's own formulas; a rollback that undoes a forced
    price keeps them at once, without the steps.
    """
    at: dict[str, Decimal] = {}
    by_force: set[str] = set()
    seen = undone = 0
    for decision in lively.decisions:
        sku, price = decision["sku"], Decimal(decision["price"])
        before = at.get(sku, Decimal(10))
        if decision["outcome"] not in ("changed", "overridden"):
            continue
        at[sku] = price
        assert Decimal(decision["previous_price"]) == before
        first = decision["explanation"][0]
        order = first["detail"].get("order", {})
        undoes = first["rule"] == "rollback" and sku in by_force
        assert ("undoes" in order) == undoes
        by_force.discard(sku)
        if order.get("force"):
            by_force.add(sku)
        if decision["policy_id"] != "m" or order.get("force"):
            continue
        seen += 1
        assert Decimal(6) <= price <= Decimal("13.50")
        assert price >= Decimal("6.50")
        net = price / Decimal("1.07")
        assert (net - 4 - price * Decimal("0.05") - Decimal("0.20")) / net >= Decimal("0.10")
        undone += undoes
        if first["rule"] not in ("promotion", "regular_price"):
            assert Decimal(6) <= price <= Decimal(14)
            if not undoes:
                assert (before * Decimal("0.88")).quantize(CENT, ROUND_CEILING) <= price
                assert price <= (before * Decimal("1.08")).quantize(CENT, ROUND_FLOOR)
    assert seen > 15
    assert undone


def test_revisions_rise_by_exactly_one_per_offer(lively: Any) -> None:
    for sku in "abcd":
        revisions = [c["revision"] for c in lively.changes if c["sku"] == sku]
        assert revisions == list(range(1, len(revisions) + 1))


def test_propensities_are_probabilities_and_certain_where_nothing_was_drawn(lively: Any) -> None:
    drawn = 0
    for decision in lively.decisions:
        assert 0 < decision["propensity"] <= 1
        if not any(step["rule"] == "explore" for step in decision["explanation"]):
            assert decision["propensity"] == 1
        drawn += decision["propensity"] < 1
    assert drawn
