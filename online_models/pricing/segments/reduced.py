"""The steps from the public price to one with a discount off, within the bounds on every price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from online_models.numerics.ratios import round_one
from online_models.pricing.guardrails import Bound
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.shop.catalogue import PPM
from schemas.values.money import texts

Steps = list[dict[str, Any]]


def discounted(price: int, discount_ppm: int) -> int:
    """A price with a discount off, before the guardrails, minor units, at least 1."""
    return max(1, int(round_one(price, PPM - discount_ppm, PPM)))


class Reduced(NamedTuple):
    """What a rule asks for instead of the public price, and the lowest legal price, minor units;
    `bound` sets that, where any does.
    """

    rule: str
    public: int
    asked: int
    floor: int
    bound: Bound | None

    @property
    def bounded(self) -> int:
        """What is asked for, no lower than is legal."""
        return max(self.asked, self.floor)

    @property
    def price(self) -> int:
        """The same, no higher than the public price either."""
        return min(self.bounded, self.public)


def public_step(public: str) -> dict[str, Any]:
    """The step that all explanations of prices below the public one begin with; money text."""
    return {"rule": "public_price", "input": None, "output": public, "detail": {}}


def steps_below(terms: CompiledPolicy, reduced: Reduced, detail: Mapping[str, Any]) -> Steps:
    """The steps, of which that of the rule has these details."""
    amounts = [reduced.public, reduced.asked, reduced.bounded, reduced.floor, reduced.price]
    public, asked, bounded, floor, price = texts(amounts, terms.digits)
    steps: Steps = [
        public_step(public),
        {"rule": reduced.rule, "input": public, "output": asked, "detail": detail},
    ]
    if reduced.bound is not None:
        bound = {**reduced.bound.facts(terms), "minimum": floor}
        steps.append(
            {"rule": reduced.bound.name, "input": asked, "output": bounded, "detail": bound}
        )
    if reduced.price < reduced.bounded:
        most = {"maximum": public}
        steps.append({"rule": "public_price", "input": bounded, "output": price, "detail": most})
    return steps
