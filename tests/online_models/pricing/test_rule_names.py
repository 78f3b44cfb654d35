"""A release with other rules reads the codes that an earlier one has saved."""

from __future__ import annotations

import numpy as np

from online_models.pricing.decision.reasons import CODES, REASONS
from online_models.pricing.decision.rule_names import RuleNames
from online_models.pricing.guardrails import GUARDRAILS
from online_models.pricing.state.ledger import BLOCKED, NONE, Ledger

TODAY = [rule.name for rule in GUARDRAILS]
#: A release that had one guardrail less, another one that is gone, and another order.
BEFORE = ["cooldown", "a_rule_that_is_gone", *(n for n in TODAY if n not in ("cooldown", "freeze"))]


def pair(one: int, other: int, names: list[str]) -> int:
    return one * (len(names) + 1) + other


def restored(**columns: list[int]) -> Ledger:
    ledger = Ledger()
    ledger.grow(len(next(iter(columns.values()))))
    for name, values in columns.items():
        getattr(ledger, name)[:] = values
    names = RuleNames(ledger)
    names.guardrails, names.reasons = list(BEFORE), ["sold_out", *REASONS[:3], *BEFORE]
    names.restored()
    assert names.guardrails == TODAY
    assert names.reasons == list(REASONS)
    return ledger


def test_a_reason_keeps_its_name() -> None:
    ledger = restored(reason=[NONE, 0, 1, 4])
    assert ledger.reason.tolist() == [NONE, NONE, 0, CODES["cooldown"]]


def test_a_conflict_keeps_the_names_of_its_guardrails() -> None:
    first, gone, third, nobody = 0, 1, 2, len(BEFORE)
    found = restored(
        reported_conflict=[
            NONE,
            pair(first, third, BEFORE),
            pair(third, nobody, BEFORE),
            BLOCKED - pair(first, third, BEFORE),
            pair(gone, first, BEFORE),
        ]
    ).reported_conflict
    one, other = TODAY.index("cooldown"), TODAY.index(BEFORE[third])
    crossed = pair(one, other, TODAY)
    assert found.tolist() == [
        NONE,
        crossed,
        pair(other, len(TODAY), TODAY),
        BLOCKED - crossed,
        NONE,
    ]
    assert found.dtype == np.int32
