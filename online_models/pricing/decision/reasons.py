"""Where raw prices come from, what becomes of decisions, and why: the codes of the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from online_models.pricing.guardrails import GUARDRAILS
from online_models.pricing.strategies import STRATEGIES


class PriceOrigin:
    """What sets the raw price, in order of precedence.

    Plain integers: a member of an `IntEnum` costs a microsecond each time it is looked up.
    """

    REJECTED: Final = 0
    EXPIRED: Final = 1
    OVERRIDE: Final = 2
    ROLLBACK: Final = 3
    PAUSED: Final = 4
    REFUSED: Final = 5
    PROMOTION: Final = 6
    RETURN: Final = 7
    APPROVED: Final = 8
    HOLDOUT: Final = 9
    STRATEGY: Final = 10


#: Rule names of the sources, by code, in an explanation, and their reasons; a strategy has its own.
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


def table(members: Iterable[int], size: int) -> NDArray[np.bool_]:
    """Membership by code: `table(…)[codes]` is a faster `np.isin`."""
    found = np.zeros(size, dtype=np.bool_)
    found[list(members)] = True
    return found


#: Sources, by code, that guardrails do not bind: they keep the price in force.
UNBOUND = table(
    [PriceOrigin.REJECTED, PriceOrigin.EXPIRED, PriceOrigin.PAUSED, PriceOrigin.REFUSED],
    len(SOURCE_NAMES),
)
#: Sources that bounds on the regular price's pace and distance do not bind.
UNPACED = UNBOUND | table([PriceOrigin.PROMOTION, PriceOrigin.RETURN], len(SOURCE_NAMES))


class Outcome:
    """`outcome` of a decision, an index of OUTCOMES."""

    CHANGED: Final = 0
    HELD: Final = 1
    PROPOSED: Final = 2
    REJECTED: Final = 3
    OVERRIDDEN: Final = 4


OUTCOMES = ("changed", "held", "proposed", "rejected", "overridden")
#: Outcomes that change the price shown.
MOVES = table([Outcome.CHANGED, Outcome.OVERRIDDEN], len(OUTCOMES))

#: Reasons by code: sources, then what a decision itself adds, guardrails and strategies. Snapshots
#: hold the codes, and `RuleNames` what they meant.
REASONS: tuple[str, ...] = (
    *SOURCE_NAMES,
    "no_change",
    "bounds_conflict",
    "approval_required",
    "awaiting_approval",
    "declined",
    *(rule.name for rule in GUARDRAILS),
    *(strategy.kind for strategy in STRATEGIES),
    "breaker",
)
CODES = {name: code for code, name in enumerate(REASONS)}
