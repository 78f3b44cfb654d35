"""Bounds of a policy that contradict each other whatever the offer.

It computes with the policy alone, so that whoever prices nothing can ask it, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from online_models.pricing.policy.compiled_policy import CompiledPolicy, compile_policy
from online_models.pricing.policy.settings import PricingSettings
from online_models.pricing.policy_check.finding import Finding
from online_models.shop.catalogue import PPM
from schemas.records.policy.pricing_policies import Policy

#: Digits of the currency in which a policy is looked at by itself.
USUAL_DIGITS = 2
_ENDINGS = "price_endings"


class _End(NamedTuple):
    """An end of the prices that a policy leaves: minor units, its guardrail, what it is called."""

    price: int
    rule: str
    name: str


def contradictions(policies: Sequence[Policy]) -> Iterator[Finding]:
    """Those of each policy, and where its prices cannot rise again."""
    settings = PricingSettings()  # no bound depends on them
    for policy in policies:
        terms = compile_policy(policy, 0, USUAL_DIGITS, settings)
        floors, ceilings = _ends(terms)
        low, high = max(floors, default=None), min(ceilings, default=None)
        if low is not None and high is not None and high.price < low.price:
            message = f"{low.name} is above {high.name}"
            yield Finding(policy.policy_id, message, (low.rule, high.rule))
        elif high is not None and high.price < 1:
            yield Finding(policy.policy_id, f"{high.name} leaves no price above 0", (high.rule,))
        elif not _legal_ending(terms, low, high):
            message = f"no price {_between(low, high)} ends as it must"
            rules = dict.fromkeys(end.rule for end in (low, high) if end is not None)
            yield Finding(policy.policy_id, message, (*rules, _ENDINGS))
        elif max(0 if low is None else low.price, 1) < (trap := _no_way_up(terms)):
            limit = Decimal(trap).scaleb(-USUAL_DIGITS)
            message = f"below {limit} the next price ending may lie beyond max_step_up: a price "
            yield Finding(policy.policy_id, message + "that falls there may never rise again")


def _ends(terms: CompiledPolicy) -> tuple[list[_End], list[_End]]:
    """Floors and ceilings that are the same for every offer."""
    floors, ceilings = [], []
    if terms.minimum_price >= 0:
        floors.append(_End(terms.minimum_price, "minimum_price", "minimum_price"))
    if terms.maximum_price >= 0:
        ceilings.append(_End(terms.maximum_price, "maximum_price", "maximum_price"))
    if terms.reference_band >= 0 and terms.reference_price >= 0:
        of = "end of reference_band"
        share = max(PPM - terms.reference_band, 0)
        lowest = -(-terms.reference_price * share // PPM)
        highest = terms.reference_price * (PPM + terms.reference_band) // PPM
        floors.append(_End(lowest, "reference_band", f"the lower {of}"))
        ceilings.append(_End(highest, "reference_band", f"the upper {of}"))
    return floors, ceilings


def _between(low: _End | None, high: _End | None) -> str:
    if low is not None and high is not None:
        return f"between {low.name} and {high.name}"
    return f"up to {high.name}" if high is not None else "at all"


def _legal_ending(terms: CompiledPolicy, low: _End | None, high: _End | None) -> bool:
    if not terms.endings or high is None:
        return True
    lowest = 0 if low is None else low.price
    return any(
        lowest + (remainder - lowest) % modulus <= high.price
        for modulus, remainder in terms.endings
    )


def _no_way_up(terms: CompiledPolicy) -> int:
    """The price from which on every step up reaches the next ending (0: everywhere)."""
    if not terms.endings or terms.max_step_up <= 0:
        return 0
    return -(-_widest_gap(terms.endings) * PPM // terms.max_step_up)


def _widest_gap(endings: Sequence[tuple[int, int]]) -> int:
    """The widest gap between prices with these endings, (modulus, remainder), of which each modulus
    divides the greater ones.

    The gaps of the least modulus repeat; an ending of a greater one divides one of so many copies.
    Where there are more copies than such endings, one stays whole.
    """
    moduli = sorted({modulus for modulus, _ in endings})
    period = moduli[0]
    for modulus in moduli:
        if modulus // moduli[0] > sum(greater >= modulus for greater, _ in endings):
            break
        period = modulus
    legal = sorted({at for by, rest in endings if by <= period for at in range(rest, period, by)})
    return max(after - before for before, after in pairwise([*legal, legal[0] + period]))
