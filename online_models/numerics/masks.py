"""Questions about masks: of a few rows they take a tenth of what the methods of arrays do, and a
decision of one offer asks some thirty.
"""

from __future__ import annotations

from online_models.numerics.arrays import Flags
from online_models.numerics.compiled import compiled


@compiled
def anywhere(mask: Flags) -> bool:
    """`mask.any()`."""
    for one in mask:  # noqa: SIM110
        if one:
            return True
    return False


@compiled
def everywhere(mask: Flags) -> bool:
    """`mask.all()`."""
    for one in mask:  # noqa: SIM110
        if not one:
            return False
    return True
