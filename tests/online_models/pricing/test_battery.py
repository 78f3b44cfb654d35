"""Random states under random policies: no breach of a bound, no exception, every price explained.

The oracle is written apart from the code under test: exact fractions, one offer at a time.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from online_models.pricing.causes import Causes
from online_models.pricing.explain import recompute
from online_models.pricing.guardrails import GUARDRAILS
from online_models.pricing.strategies import STRATEGIES
from schemas.policies import Policy

HOUR = 3_600_000
DAY = 24 * HOUR
NOW = 1_700_006_400_000 // DAY * DAY + 13 * HOUR
OFFERS = 400
TAX, FEE = (0.0, 0.07, 0.19, 0.25), (0.0, 0.08, 0.15)
ENDINGS = ([], [".99"], [".99", ".49"], ["9"], [".00", ".50"], ["4.95"])


def percent(rng: np.random.Generator, *choices: str) -> str:
    return str(rng.choice(choices))


def random_policy(rng: np.random.Generator) -> dict[str, Any]:
    def maybe(value: Any, chance: float = 0.5) -> Any:
        return value if rng.random() < chance else None

    kinds: list[dict[str, Any]] = [
        {"kind": "optimise"},
        {
            "kind": "match_competitor",
            "which": str(rng.choice(["lowest", "median", "rank"])),
            "rank": int(rng.integers(1, 4)),
            "offset": str(rng.choice(["-0.01", "0", "0.10", "-1%", "2.5%"])),
            "max_age": maybe("PT24H"),
            "include_shipping": bool(rng.random() < 0.5),
            "minimum_confidence": float(rng.choice([0.0, 0.8])),
        },
        {"kind": "cost_plus", "margin": percent(rng, "5%", "20%", "45%")},
        {"kind": "markdown", "salvage": maybe("30%")},
        {"kind": "keep"},
        {"kind": "reinforcement"},
    ]
    assert {kind["kind"] for kind in kinds} == {strategy.kind for strategy in STRATEGIES}
    chosen = rng.permutation(len(kinds))[: rng.integers(1, 4)]
    low = int(rng.integers(50, 3000))
    guardrails: dict[str, Any] = {
        "minimum_price": maybe(f"{low / 100:.2f}"),
        "maximum_price": maybe(f"{(low + int(rng.integers(-200, 4000))) / 100 + 2.5:.2f}"),
        "minimum_margin": maybe(percent(rng, "0%", "5%", "12.5%", "-10%")),
        "never_below_cost": maybe(True, 0.2),
        "respect_map": maybe(True, 0.4),
        "reference_band": maybe(percent(rng, "10%", "30%", "150%")),
        "reference_price": maybe(f"{int(rng.integers(200, 3000)) / 100:.2f}", 0.2),
        "max_step_up": maybe(percent(rng, "0.5%", "5%", "20%")),
        "max_step_down": maybe(percent(rng, "0.5%", "10%", "100%")),
        "cooldown": maybe(str(rng.choice(["PT1H", "P2D"])), 0.4),
        "max_changes_per_day": maybe(int(rng.integers(0, 4)), 0.4),
        "price_endings": ENDINGS[int(rng.integers(len(ENDINGS)))],
        "never_above_list_price": maybe(True, 0.4),
        "protect_channels": ["store"] if rng.random() < 0.2 else [],
        "freeze": [{"from": NOW - HOUR, "until": NOW + DAY}] if rng.random() < 0.15 else [],
    }
    assert set(guardrails) - {"reference_price"} == {rule.name for rule in GUARDRAILS}
    return {
        "policy_id": "p",
        "seed": int(rng.integers(1000)),
        "objective": {
            "maximise": str(rng.choice(["profit", "revenue", "units", "sell_through"])),
            "sell_by": maybe(NOW + 20 * DAY),
        },
        "strategy": [kinds[i] for i in chosen.tolist()],
        "explore": {"kind": "thompson" if rng.random() < 0.4 else "none", "budget": "2%"},
        "guardrails": guardrails,
        "approval": {"required_above_step": maybe("8%", 0.4)},
        "experiment": maybe({"name": "e", "holdout": 0.2, "unit": "offer"}, 0.2),
    }


def random_state(shop: Any, rng: np.random.Generator) -> None:
    """Offers on two channels whose prices, costs, histories and rivals are anything."""
    for i in range(OFFERS // 2):
        for channel in ("store", "web"):
            price = int(rng.integers(100, 4000))
            shop.product(
                f"s{i}",
                f"{price / 100:.2f}",
                f"{int(price * rng.uniform(0.2, 1.3)) / 100:.2f}",
                channel,
                decide=False,
                tax=float(rng.choice(TAX)),
                fee=float(rng.choice(FEE)),
                fee_fixed=str(rng.choice(["0", "0.30"])),
                list_price=None if rng.random() < 0.4 else f"{price * 1.2 / 100:.2f}",
                map_price=None if rng.random() < 0.4 else f"{price * 0.8 / 100:.2f}",
            )
        for name in ("x", "y", "z"):
            if rng.random() < 0.6:
                shop.rival(
                    f"{int(rng.integers(100, 4000)) / 100:.2f}",
                    f"s{i}",
                    name,
                    decide=False,
                    shipping=str(rng.choice(["0", "1.99"])),
                    in_stock=bool(rng.random() < 0.9),
                    confidence=float(rng.choice([0.5, 0.9])),
                    time=NOW - int(rng.integers(0, 3 * DAY)),
                )
    ledger = shop.pricing.ledger
    n = ledger.size
    ledger.first[:] = np.maximum(ledger.price + rng.integers(-300, 300, n), 1)
    ledger.changed_at[:] = NOW - rng.integers(0, 3 * DAY, n)
    ledger.day[:] = ledger.changed_at // DAY
    ledger.changes[:] = rng.integers(0, 4, n)
    ledger.pulled[:] = rng.random(n) < 0.3
    ledger.home[:] = np.where(ledger.pulled, ledger.price + rng.integers(0, 400, n), -1)
    shop.stock.on_hand = rng.integers(-1, 300, n)


class Oracle:
    """The bounds of one offer as an outsider would compute them from the records and the state."""

    def __init__(self, shop: Any, policy: Policy, row: int, before: dict[str, Any]) -> None:
        rails, catalogue = policy.guardrails, shop.catalogue
        sku = int(catalogue.offers.sku[row])
        old = int(before["price"][row])
        self.lows: dict[str, Fraction] = {}
        self.highs: dict[str, Fraction] = {}

        def low(name: str, value: Any) -> None:
            self.lows[name] = Fraction(value)

        def high(name: str, value: Any) -> None:
            self.highs[name] = Fraction(value)

        if rails.minimum_price is not None:
            low("minimum_price", rails.minimum_price * 100)
        if rails.maximum_price is not None:
            high("maximum_price", rails.maximum_price * 100)
        if rails.never_above_list_price and catalogue.skus.list_price[sku] >= 0:
            high("never_above_list_price", int(catalogue.skus.list_price[sku]))
        if rails.respect_map and catalogue.skus.map_price[sku] >= 0:
            low("respect_map", int(catalogue.skus.map_price[sku]))
        for name, margin in (
            ("never_below_cost", Fraction(0) if rails.never_below_cost else None),
            (
                "minimum_margin",
                None if rails.minimum_margin is None else Fraction(rails.minimum_margin),
            ),
        ):
            if margin is not None:
                tax = 1 + Fraction(int(catalogue.skus.tax_ppm[sku]), 10**6)
                fee = Fraction(int(catalogue.offers.fee_ppm[row]), 10**6)
                cost = int(catalogue.offers.cost[row]) + int(catalogue.offers.fee_fixed[row])
                # (p/tax − cost − fee p) ≥ margin p/tax
                low(name, cost / ((1 - margin) / tax - fee))
        if rails.protect_channels and catalogue.offer_name(row)[1] == "web":
            low("protect_channels", int(shop.pricing.ledger.price[row - 1]))
        if rails.reference_band is not None:
            centre = (
                Fraction(int(before["first"][row]))
                if rails.reference_price is None
                else Fraction(rails.reference_price) * 100
            )
            low("reference_band", centre * (1 - Fraction(rails.reference_band)))
            high("reference_band", centre * (1 + Fraction(rails.reference_band)))
        if rails.max_step_down is not None:
            low("max_step_down", old * (1 - Fraction(rails.max_step_down)))
        if rails.max_step_up is not None:
            high("max_step_up", old * (1 + Fraction(rails.max_step_up)))
        self.endings = [text.lstrip("0") for text in rails.price_endings]
        changes = int(before["changes"][row]) if before["day"][row] == NOW // DAY else 0
        self.free = (
            (rails.cooldown is None or int(before["changed_at"][row]) + rails.cooldown <= NOW)
            and (rails.max_changes_per_day is None or changes < rails.max_changes_per_day)
            and not rails.freeze
        )

    def legal(self, price: int) -> bool:
        return (
            price >= 1
            and all(price >= low for low in self.lows.values())
            and all(price <= high for high in self.highs.values())
            and self.ends_well(price)
        )

    def ends_well(self, price: int) -> bool:
        text = f"{price // 100}.{price % 100:02d}"
        return not self.endings or any(text.endswith(ending) for ending in self.endings)

    def contradictory(self) -> bool:
        low = max([Fraction(1), *self.lows.values()])
        if not self.highs:
            return False
        high = min(self.highs.values())
        first, last = -(-low.numerator // low.denominator), high.numerator // high.denominator
        # With endings it is enough to look at a window wider than their period.
        window = range(first, min(last, first + 1000) + 1)
        return not any(self.ends_well(price) for price in window)


def play(new_shop: Any, seed: int, seen: Counter[str]) -> int:
    """One policy over many offers; returns how many pairs were checked."""
    rng = np.random.default_rng(seed)
    shop = new_shop()
    random_state(shop, rng)
    fields = random_policy(rng)
    policy = Policy.model_validate(fields)
    shop.now = NOW
    shop.pricing.put_policy("p", policy, NOW)
    ledger = shop.pricing.ledger
    names = ("price", "first", "changed_at", "day", "changes")
    before = {name: getattr(ledger, name).copy() for name in names}
    rows = np.arange(ledger.size)
    full = np.ones(len(rows), dtype=np.int64)
    decided = shop.pricing.decide(
        rows, full * NOW, Causes(["products"], full * 0, full * 0, full * 7)
    )
    decisions, conflicts, changes = {}, {}, {}
    for place, output in decided:
        value = json.loads(output.value)
        if output.topic == "price-decisions":
            decisions[place] = value
        elif output.topic == "price-changes":
            changes[place] = value
        elif value["kind"] == "bounds_conflict":
            conflicts[place] = value
    assert set(decisions) == set(rows.tolist())
    for row in rows.tolist():
        seen[decisions[row]["outcome"]] += 1
        seen[decisions[row]["reason"]] += 1
        check(
            Oracle(shop, policy, row, before),
            decisions[row],
            changes.get(row),
            conflicts.get(row),
            int(before["price"][row]),
        )
    return len(rows)


def check(
    oracle: Oracle,
    decision: dict[str, Any],
    change: dict[str, Any] | None,
    conflict: dict[str, Any] | None,
    old: int,
) -> None:
    steps = decision["explanation"]
    for one, other in pairwise(steps):
        assert one["output"] == other["input"]
    assert steps[-1]["output"] == decision["price"]
    assert recompute(steps, "EUR") == decision["price"]
    price = round(float(decision["price"]) * 100)
    contradictory = oracle.contradictory()
    assert (decision["reason"] == "bounds_conflict") == contradictory, (decision, oracle.__dict__)
    if contradictory:
        assert decision["outcome"] == "held"
        assert conflict is not None
        assert conflict["details"]["bounds"]
        assert {*conflict["details"]["bounds"]} <= {*oracle.lows, *oracle.highs, "price_endings"}
    if decision["outcome"] == "held":
        assert price == old
        assert change is None
    else:
        assert oracle.legal(price), (decision, oracle.__dict__)
        assert oracle.free
    if decision["outcome"] == "changed":
        assert change is not None
        assert change["decision_id"] == decision["decision_id"]
        assert price != old
    assert 0 < decision["propensity"] <= 1


def test_no_guardrail_is_breached_and_every_price_recomputes(new_shop: Any) -> None:
    seen: Counter[str] = Counter()
    for seed in range(25):
        play(new_shop, seed, seen)
    reasons = {
        "bounds_conflict",
        "cooldown",
        "freeze",
        "price_endings",
        "minimum_margin",
        "holdout",
    }
    reasons |= {strategy.kind for strategy in STRATEGIES} | {"changed", "held", "proposed"}
    assert reasons <= set(seen)


@pytest.mark.slow
def test_a_million_pairs_of_state_and_policy(new_shop: Any) -> None:
    pairs, seed = 0, 1000
    goal = int(os.environ.get("PRICETIDE_BATTERY_PAIRS", "1000000"))
    while pairs < goal:
        pairs += play(new_shop, seed, Counter())
        seed += 1
