"""Where raw prices come from, what becomes of decisions, and why: the codes of the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from online_models.pricing.guardrails import GUARDRAILS
from online_models.pricing.strategies import STRATEGIES


class Source(IntEnum):
    """What sets the raw price, in order of precedence."""

    REJECTED = 0
    EXPIRED = 1
    OVERRIDE = 2
    ROLLBACK = 3
    PAUSED = 4
    REFUSED = 5
    PROMOTION = 6
    RETURN = 7
    APPROVED = 8
    HOLDOUT = 9
    STRATEGY = 10


def table(members: Iterable[int], size: int) -> NDArray[np.bool_]:
    """Membership by code: `table(…)[codes]` is a faster `np.isin`."""
    found = np.zeros(size, dtype=np.bool_)
    found[list(members)] = True
    return found


#: Sources, by code, that guardrails do not bind: they keep the price in force.
UNBOUND = table([Source.REJECTED, Source.EXPIRED, Source.PAUSED, Source.REFUSED], len(Source))
#: Sources that bounds on the regular price's pace and distance do not bind.
UNPACED = UNBOUND | table([Source.PROMOTION, Source.RETURN], len(Source))


class Outcome(IntEnum):
    """`outcome` of a decision."""

    CHANGED = 0
    HELD = 1
    PROPOSED = 2
    REJECTED = 3
    OVERRIDDEN = 4


#: Outcomes that change the price shown.
MOVES = table([Outcome.CHANGED, Outcome.OVERRIDDEN], len(Outcome))

#: Rule names of the sources in an explanation, and their reasons; a strategy has its own.
SOURCE_NAMES = (
    "rejected",
    "proposal_expired",
    "override",
    "rollback",
    "paused",
    "refused_by_shop",
    "promotion",
    "regular_price",
    "approved",
    "holdout",
    "strategy",
)

#: Reasons by code: sources, then what a decision itself adds, guardrails, strategies.
REASONS: tuple[str, ...] = (
    *SOURCE_NAMES,
    "no_change",
    "bounds_conflict",
    "approval_required",
    "awaiting_approval",
    "declined",
    *(rule.name for rule in GUARDRAILS),
    *(strategy.kind for strategy in STRATEGIES),
)
CODES = {name: code for code, name in enumerate(REASONS)}
