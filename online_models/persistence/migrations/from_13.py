"""Version 13 → 14: offers know whether their price was forced past the guardrails, and no longer
whether a competitor ever lowered it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def migrate(state: Mapping[str, Any]) -> dict[str, Any]:
    """The whole state: a price in force that a manual order may set by force was set so, as far as
    the books of before can tell.
    """
    pricing = state["pricing"]
    ledger = {name: column for name, column in pricing["ledger"].items() if name != "pulled"}
    manual = (ledger["override"] >= 0) & (ledger["price"] == ledger["override"])
    ledger["by_force"] = np.asarray(manual & ledger["forced"], dtype=np.bool_)
    return {**state, "pricing": {**pricing, "ledger": ledger}}
