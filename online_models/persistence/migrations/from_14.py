"""Version 14 → 15: policies may have circuit breakers, and a channel's first acknowledgement counts
from the next tick on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def migrate(state: Mapping[str, Any]) -> dict[str, Any]:
    """The whole state: no policy of before has a breaker, so nothing is counted."""
    new = {"breakers": {"counts": {}}, "acknowledged_channels": []}
    return {**state, "pricing": {**state["pricing"], **new}}
