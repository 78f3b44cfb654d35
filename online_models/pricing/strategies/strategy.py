"""What a strategy is given and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.strategies.because import Because
from online_models.pricing.trace.steps import Values
from online_models.shop.catalogue import NEVER, NO_PRICE

Ints = NDArray[np.int64]
#: The `detail` of a step of an explanation.
Detail = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Raw prices of shape (n,) in minor units, NO_PRICE where the strategy has nothing to say.

    `again` is the instant from which the answer may change by itself. `details` explain the price;
    `pulls` marks prices that follow a competitor, `stale` offers whose competitors' prices are all
    too old, `answered` offers whose last undercut the competitor has just answered by its own.
    `because` are causes that moved the price beside what the strategy is for, `silence` says by an
    index of the strategy's `silences` why there is no price where there is none. With `at_most`, a
    price that is rounded to a legal one goes down, as a higher one would not be what the strategy
    is for.
    """

    price: Ints
    again: Ints
    details: Mapping[str, Values] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    pulls: bool = False
    stale: NDArray[np.bool_] | None = None
    answered: NDArray[np.bool_] | None = None
    because: Because | None = None
    silence: NDArray[np.int8] | None = None
    at_most: bool = False


class Strategy(Protocol):
    """A kind of entry in a policy's `strategy`."""

    @property
    def kind(self) -> str:
        """Its name in a policy."""

    @property
    def silences(self) -> tuple[str, ...]:
        """Why it may have no price for an offer."""

    def propose(self, entry: Any, context: DecisionContext) -> Proposal:
        """Raw prices for the offers of `context` under the policy's `entry`."""

    def sentence(self, detail: Detail) -> str:
        """What its step of an explanation says, without the price that follows."""


@runtime_checkable
class Recomputable(Protocol):
    """A strategy whose raw price follows from the details of its step of an explanation."""

    def recompute(self, detail: Detail, digits: int) -> int:
        """That price, in minor units."""


def never(context: DecisionContext) -> Ints:
    """Nothing but an event can change the answer."""
    return np.full(len(context), NEVER, dtype=np.int64)


def silent(context: DecisionContext) -> Ints:
    """No price for any offer."""
    return np.full(len(context), NO_PRICE, dtype=np.int64)
