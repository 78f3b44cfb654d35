"""`price-decisions`: every decision, holds and proposals included, with its explanation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Strict, model_validator

from schemas.records.prices.decision import Expected, ExplanationStep, PriceRecord
from schemas.values.fields import Confidence, Flag, check_money


class PriceDecision(PriceRecord):
    """A decision; `expected` is for `price`, `expected_kept` for the price in force before it.

    Each step of `explanation` starts where the one before ended, and the last ends at `price`.
    `propensity` is the probability with which this price was drawn. A decision in `shadow` is of a
    price that the shop is not asked to show.
    """

    outcome: Literal["changed", "held", "proposed", "rejected", "overridden"]
    explanation: Annotated[tuple[ExplanationStep, ...], Strict(False)]
    propensity: Confidence
    expected: Expected | None = None
    expected_kept: Expected | None = None
    shadow: Flag | None = None

    @model_validator(mode="after")
    def _explanation_is_a_chain(self) -> PriceDecision:
        for index, step in enumerate(self.explanation):
            if index and step.input != self.explanation[index - 1].output:
                raise ValueError(f"explanation[{index}].input is not the output before it")
            check_money(f"explanation[{index}].output", step.output, self.currency)
        if self.explanation and self.explanation[-1].output != self.price:
            raise ValueError("the last output of explanation is not the price")
        return self
