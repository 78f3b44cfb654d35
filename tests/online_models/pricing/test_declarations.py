"""A guardrail or a strategy is one declaration and one line: all else finds it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

#: A guardrail: no price above 9.50. A strategy: a penny above the price in force.
DECLARED = """
import numpy as np

from online_models.pricing.guardrails.guardrail import Bound
from online_models.pricing.strategies.strategy import Proposal, never


def _ceiling(situation):
    return np.full(len(situation), 950)


RULE = Bound(
    "round_sum",
    "The round sum",
    binds=lambda terms: True,
    ceiling=_ceiling,
    facts=lambda terms: {"sum": "round"},
)


class Penny:
    kind = "penny"
    silences = ("it has no price",)

    def propose(self, entry, situation):
        return Proposal(situation.price + 1, never(situation), {"before": situation.price})

    def sentence(self, detail):
        return f"A penny on {detail['before']} gives"

    def recompute(self, detail, digits):
        return round(float(detail["before"]) * 10**digits) + 1
"""
#: The two lines; a policy whose strategy is the new one.
SHOP = """
import json
from types import SimpleNamespace
from declared import RULE, Penny
from online_models.pricing import guardrails, strategies
guardrails.GUARDRAILS = (RULE, *guardrails.GUARDRAILS)
strategies.STRATEGIES = (*strategies.STRATEGIES, Penny())

from online_models.pricing.explanation.narrate import words
from online_models.pricing.explanation.recompute import recompute
from schemas.records.pricing_policies import Policy
from tests.online_models.pricing.conftest import Shop

policy = Policy.model_validate({"policy_id": "p", "guardrails": {"minimum_price": "1.00"}})
policy = policy.model_copy(update={"strategy": (SimpleNamespace(kind="penny"),)})
found = []
for price in ("9.40", "9.60"):
    shop = Shop()
    shop.product(price=price)
    shop.decide(shop.pricing.put_policy("p", policy, shop.now), "pricing-policies")
    decision = shop.decisions[-1]
    steps = decision["explanation"]
    assert recompute(steps, "EUR") == decision["price"]
    steps[0]["output"] = None
    assert recompute(steps, "EUR") == decision["price"], "the strategy's own"
    rules, detail = [step["rule"] for step in steps], steps[1]["detail"]
    found.append([decision["price"], decision["reason"], rules, detail, words(decision)])
print(json.dumps(found))
"""


def test_a_new_guardrail_and_a_new_strategy_need_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "declared.py").write_text(DECLARED, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    call = [sys.executable, "-c", SHOP]
    done = subprocess.run(
        call, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, check=True
    )
    free, bound = json.loads(done.stdout)
    assert free[:2] == ["9.41", "penny"]
    assert bound[0] == "9.50"
    for _, _, rules, detail, told in (free, bound):
        assert rules == ["penny", "round_sum", "minimum_price"]
        assert detail == {"maximum": "9.50", "sum": "round"}
        assert any("The round sum asks for at most 9.50" in sentence for sentence in told)
    assert any(sentence.startswith("A penny on 9.40 gives") for sentence in free[4])
