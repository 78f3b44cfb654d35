"""Version 19 → 20: used goods are learnt; before, nothing was known of any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def migrate(state: Mapping[str, Any]) -> dict[str, Any]:
    """The whole state, which need not name them. Which products are used is known from their next
    records on.
    """
    return dict(state)
