"""Names of rules beside the codes of saved state, which change where a rule is added."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from online_models.persistence.saved import Saved
from online_models.pricing.decision.reasons import CODES, REASONS
from online_models.pricing.guardrails import GUARDRAILS
from online_models.pricing.state.ledger import BLOCKED, NONE, Ledger


class RuleNames:
    """Reasons and guardrails by the codes that the ledger holds. Restored after the ledger, it
    brings the ledger's codes to those of this release.
    """

    SAVED = Saved(reasons=list[str], guardrails=list[str])
    TRANSIENT = ("_ledger",)

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.reasons = list(REASONS)
        self.guardrails = [rule.name for rule in GUARDRAILS]

    def restored(self) -> None:
        """Change the ledger's codes where the rules are others than those that were saved."""
        ledger, names = self._ledger, [rule.name for rule in GUARDRAILS]
        if self.reasons != list(REASONS):
            codes = np.array([*(CODES.get(name, NONE) for name in self.reasons), NONE], np.int8)
            # nobody's code, −1, is the last one
            ledger.reason[:] = codes[ledger.reason]
        if self.guardrails != names:
            held, places = np.unique(ledger.reported_conflict, return_inverse=True)
            pairs = [_conflict(code, self.guardrails, names) for code in held.tolist()]
            ledger.reported_conflict[:] = np.array(pairs, np.int32)[places]
        self.reasons, self.guardrails = list(REASONS), names


def _conflict(code: int, before: Sequence[str], names: Sequence[str]) -> int:
    """A conflict's code by today's names; none where one of its guardrails is gone."""
    if code == NONE:
        return NONE
    pair = code if code >= 0 else BLOCKED - code
    found = []
    for place in divmod(pair, len(before) + 1):
        nobody = place == len(before)
        if not nobody and before[place] not in names:
            return NONE
        found.append(len(names) if nobody else names.index(before[place]))
    new = found[0] * (len(names) + 1) + found[1]
    return new if code >= 0 else BLOCKED - new
