"""A policy in the integers of one currency: what strategies and guardrails compute with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from online_models.pricing.policy.settings import PricingSettings
from online_models.shop.catalogue import NO_PRICE, PPM
from schemas.records.policy.pricing_policies import Policy
from schemas.values import money, percentages
from schemas.values.instants import DAY

#: A margin below −300 % bounds nothing and would overflow the exact arithmetic.
_LEAST_MARGIN = -3 * PPM


@dataclass(frozen=True, slots=True, eq=False)
class CompiledPolicy:
    """Money in minor units (NO_PRICE: does not bind), shares in ppm (−1: does not bind), ms.

    CompiledPolicy are themselves, not their values: what is worked out of them is remembered.
    """

    policy: Policy
    policy_version: int
    digits: int
    minimum_price: int
    maximum_price: int
    minimum_margin: int | None
    respect_map: bool
    never_below_cost: bool
    never_above_list_price: bool
    reference_band: int
    reference_price: int
    max_step_up: int
    max_step_down: int
    cooldown: int
    max_changes_per_day: int
    endings: tuple[tuple[int, int], ...]
    freezes: tuple[tuple[int, int], ...]
    approval_step: int
    exploration_budget: int
    horizon_days: float


def compile_policy(
    policy: Policy, policy_version: int, digits: int, settings: PricingSettings
) -> CompiledPolicy:
    """The terms of a policy for offers whose currency has `digits` minor digits."""
    rails = policy.guardrails
    margin = rails.minimum_margin
    budget = policy.explore.budget
    return CompiledPolicy(
        policy=policy,
        policy_version=policy_version,
        digits=digits,
        minimum_price=_money(rails.minimum_price, digits),
        maximum_price=_money(rails.maximum_price, digits),
        minimum_margin=None if margin is None else max(percentages.to_ppm(margin), _LEAST_MARGIN),
        respect_map=bool(rails.respect_map),
        never_below_cost=bool(rails.never_below_cost),
        never_above_list_price=bool(rails.never_above_list_price),
        reference_band=_share(rails.reference_band),
        reference_price=_money(rails.reference_price, digits),
        max_step_up=_share(rails.max_step_up),
        max_step_down=_share(rails.max_step_down),
        cooldown=rails.cooldown or 0,
        max_changes_per_day=-1 if rails.max_changes_per_day is None else rails.max_changes_per_day,
        endings=endings(rails.price_endings, digits),
        freezes=tuple((freeze.from_, freeze.until) for freeze in rails.freeze),
        approval_step=_share(policy.approval.required_above_step),
        exploration_budget=_budget(budget, settings) if policy.explore.kind == "thompson" else -1,
        horizon_days=policy.objective.horizon / DAY,
    )


def _budget(budget: Decimal | None, settings: PricingSettings) -> int:
    return percentages.to_ppm(settings.exploration_budget if budget is None else budget)


def _money(amount: Decimal | None, digits: int) -> int:
    return NO_PRICE if amount is None else money.scaled(amount, digits)


def _share(fraction: Decimal | None) -> int:
    return -1 if fraction is None else percentages.to_ppm(fraction)


def endings(texts: Iterable[str], digits: int) -> tuple[tuple[int, int], ...]:
    """(modulus, remainder) in minor units of the prices that end so.

    What no price of that currency ends in is left out: `.99` never ends a price in yen.
    """
    fitting = (text for text in texts if len(text.partition(".")[2].rstrip("0")) <= digits)
    return tuple(_ending(text, digits) for text in fitting)


def _ending(text: str, digits: int) -> tuple[int, int]:
    """What one text means.

    >>> _ending(".99", 2), _ending("4.9", 2), _ending("9", 2), _ending("80", 0)
    ((100, 99), (1000, 490), (10, 9), (100, 80))
    """
    whole, point, fraction = text.partition(".")
    figures = whole + fraction.ljust(digits, "0")[:digits] if point else whole
    return 10 ** len(figures), int(figures or "0")
