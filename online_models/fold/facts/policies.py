"""`pricing-policies`: who is priced how, from the next decision on."""

from __future__ import annotations

import msgspec
from pydantic import TypeAdapter

from online_models.demand.networks.champions import Notice
from online_models.fold.facts.fact import FactEffect, Handler, Reach
from online_models.fold.shadow import settle_shadow
from online_models.fold.state import State
from online_models.journal.batch import UNKNOWN_FIELDS, Fact
from online_models.journal.partitioning import address
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
    if record is not None and fact.value is not None:
        _note_unknown(state, record, fact.value)
    return FactEffect(rows, [])


def _note_unknown(state: State, record: Policy, value: bytes) -> None:
    """Let the next alerts tell of fields that no policy has: they may be of a later release, and so
    are no error, but a guardrail that is misspelt binds nothing. One partition of all says it.
    """
    if address(record.policy_id) % state.settings.partitions != state.settings.partition:
        return
    if found := msgspec.json.decode(value).get(UNKNOWN_FIELDS):
        message = f"policy {record.policy_id} has fields that bind nothing: {'; '.join(found)}"
        details = {"policy_id": record.policy_id, "version": record.version, "fields": found}
        state.notices.append(Notice("unknown_policy_field", message, details))


HANDLER = Handler("pricing-policies", Reach.ALL, apply)
