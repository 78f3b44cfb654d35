"""Random states under random policies: no breach, no exception, every price explained."""

from __future__ import annotations

import os
import time
from collections import Counter
from typing import Any

import msgspec
import numpy as np
import pytest

from online_models.pricing.decide import decide
from online_models.pricing.explanation.recompute import recompute
from online_models.pricing.state.causes import Causes
from online_models.pricing.strategies import STRATEGIES
from schemas.records.policy.pricing_policies import Policy
from tests.online_models.pricing.oracle import PERIOD, Facts, Oracle, facts_of
from tests.online_models.pricing.random_pairs import DAY, NOW, OFFERS, fill, random_policy, shuffle

#: States and policies after which other SKUs have competitors.
TURNS = 32


def play(new_shop: Any, seed: int, turns: int, seen: Counter[str]) -> None:
    """A policy over many offers, and another one over another state, and so on."""
    rng = np.random.default_rng(seed)
    shop = new_shop()
    fill(shop, rng)
    for _ in range(turns):
        policy = Policy.model_validate(random_policy(rng))
        shop.pricing.put_policy("p", policy, NOW)
        shuffle(shop, rng)
        turn(shop, policy, seen)


def turn(shop: Any, policy: Policy, seen: Counter[str]) -> None:
    """Decide all offers under a policy and check every decision."""
    ledger = shop.pricing.ledger
    names = ("price", "reference_price", "changed_at", "changes_day", "changes_on_day")
    before = {name: getattr(ledger, name).tolist() for name in names}
    rows = np.arange(ledger.size)
    full = np.ones(len(rows), dtype=np.int64)
    causes = Causes(["products"], full * 0, full * 0, full * 7)
    decisions, conflicts, changes = {}, {}, {}
    for place, output in decide(shop.pricing, rows, full * NOW, causes):
        value = msgspec.json.decode(output.value)
        if output.topic == "price-decisions":
            decisions[place] = value
        elif output.topic == "price-changes":
            changes[place] = value
        elif value["kind"] == "bounds_conflict":
            conflicts[place] = value
    assert set(decisions) == set(rows.tolist())
    oracle = Oracle(policy, NOW)
    for row, facts in enumerate(facts_of(shop, before, NOW // DAY)):
        seen[decisions[row]["outcome"]] += 1
        seen[decisions[row]["reason"]] += 1
        check(oracle, facts, decisions[row], changes.get(row), conflicts.get(row))


def check(
    oracle: Oracle,
    facts: Facts,
    decision: dict[str, Any],
    change: dict[str, Any] | None,
    conflict: dict[str, Any] | None,
) -> None:
    """One decision, with the change and the alert that it led to."""
    steps, before = decision["explanation"], None
    for step in steps:
        assert step["input"] == before
        before = step["output"]
    assert before == decision["price"]
    assert recompute(steps, "EUR") == decision["price"]
    price = round(float(decision["price"]) * 100)
    bounds = oracle.bounds(facts)
    contradictory = oracle.contradictory(bounds)
    at_most = undercut(decision)
    if at_most is not None:
        # a legal price that is as low lies no further away than all endings together
        below = range(max(at_most - PERIOD, 1), at_most + 1)
        reachable = any(oracle.legal(legal, bounds) for legal in below)
        stepless = {name: low for name, low in bounds[0].items() if name != "max_step_down"}
        possible = any(oracle.legal(legal, (stepless, bounds[1])) for legal in below)
        if decision["outcome"] != "held":
            assert price <= max(at_most, facts.price) or not possible, (decision, facts)
        # where only a step keeps the price from going down, it waits rather than go up
        contradictory |= possible and not reachable and decision["reason"] == "bounds_conflict"
    assert (decision["reason"] == "bounds_conflict") == contradictory, (decision, facts)
    if contradictory:
        assert decision["outcome"] == "held"
        assert conflict is not None
        assert conflict["details"]["bounds"]
        assert {*conflict["details"]["bounds"]} <= {*bounds[0], *bounds[1], "price_endings"}
    if decision["outcome"] == "held":
        assert price == facts.price
        assert change is None
    else:
        assert oracle.legal(price, bounds), (decision, facts)
        assert oracle.free(facts)
    if decision["outcome"] in ("changed", "overridden"):
        assert change is not None
        assert change["decision_id"] == decision["decision_id"]
        assert price != facts.price
    assert 0 < decision["propensity"] <= 1


def undercut(decision: dict[str, Any]) -> int | None:
    """What a price that undercuts a competitor is to be rounded down from, in cents."""
    steps = decision["explanation"]
    follows = [step for step in steps if step["rule"] == "match_competitor"]
    rounded = [step for step in steps if step["rule"] == "price_endings"]
    if rounded and any(step["detail"]["offset"].startswith("-") for step in follows):
        return round(float(rounded[0]["input"]) * 100)
    return None


def test_no_guardrail_is_breached_and_every_price_recomputes(new_shop: Any) -> None:
    seen: Counter[str] = Counter()
    play(new_shop, 0, TURNS, seen)
    reasons = {"bounds_conflict", "cooldown", "freeze", "price_endings", "protect_channels"}
    reasons |= {"holdout", "override", "rollback", "changed", "held", "proposed", "overridden"}
    reasons |= {strategy.kind for strategy in STRATEGIES}
    assert reasons <= set(seen)


@pytest.mark.slow
def test_a_million_pairs_of_state_and_policy(new_shop: Any) -> None:
    goal = int(os.environ.get("PRICETIDE_BATTERY_PAIRS", "1000000"))
    seed = int(os.environ.get("PRICETIDE_BATTERY_SEED", "1000"))
    seen: Counter[str] = Counter()
    began = time.process_time()
    for batch in range(-(-goal // (TURNS * OFFERS))):
        play(new_shop, seed + batch, TURNS, seen)
    pairs = seen["changed"] + seen["held"] + seen["proposed"] + seen["overridden"]
    print(f"{pairs:,} pairs in {time.process_time() - began:.0f} s of CPU: {dict(seen)}")
    assert pairs >= goal
