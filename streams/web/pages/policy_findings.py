"""What is wrong with a policy by itself, in words beside the fields of its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from online_models.pricing.policy_check.contradictions import contradictions
from schemas.records.policy.pricing_policies import Policy
from schemas.records.record import RecordError
from schemas.topics import decode
from streams.web.actions import POLICIES
from streams.web.words.alerts import message


class PolicyFinding(NamedTuple):
    """A sentence, and the paths of the fields that contradict each other: of mere advice, none."""

    text: str
    fields: tuple[str, ...]


def findings(document: Mapping[str, Any]) -> list[PolicyFinding]:
    """As a preview finds them whatever the offer; none of a document that is no policy yet."""
    try:
        policy = decode(POLICIES, msgspec.json.encode(document))
    except RecordError:
        return []
    assert isinstance(policy, Policy)
    return [
        PolicyFinding(message(each.message), tuple(f"guardrails.{name}" for name in each.bounds))
        for each in contradictions([policy])
    ]
