"""`pricing-policies`: who is priced how, from the next decision on."""

from __future__ import annotations

from pydantic import TypeAdapter

from online_models.fold.facts.fact import FactEffect, Handler, Reach
from online_models.fold.shadow import settle_shadow
from online_models.fold.state import State
from online_models.journal.batch import Fact
from schemas.records.policy.pricing_policies import Policy
from schemas.records.record import decode
from schemas.values.fields import ADMITTED

_POLICY = TypeAdapter(Policy)


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Add, change or (a tombstone) withdraw one policy."""
    record: Policy | None = None if fact.value is None else decode(_POLICY, fact.value, ADMITTED)
    identity = (fact.key or "") if record is None else record.policy_id
    rows = state.pricing.put_policy(identity, record, now)
    settle_shadow(state, rows, now)
    return FactEffect(rows, [])


HANDLER = Handler("pricing-policies", Reach.ALL, apply)
