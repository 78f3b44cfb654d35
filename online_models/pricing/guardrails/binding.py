"""Which guardrails a policy's terms contain: asked at every decision, worked out once."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from online_models.pricing.guardrails import GUARDRAILS, Guardrail
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.pricing.trace.steps import members


class Binding(NamedTuple):
    """A guardrail with its index in GUARDRAILS; `facts` are JSON members, without the braces."""

    code: int
    rule: Guardrail
    facts: bytes


@lru_cache(maxsize=4096)
def binding(terms: CompiledPolicy) -> tuple[Binding, ...]:
    """The guardrails that bind under these terms, in their order."""
    return tuple(
        Binding(code, rule, members(rule.facts(terms)))
        for code, rule in enumerate(GUARDRAILS)
        if rule.binds(terms)
    )
