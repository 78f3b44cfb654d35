"""Version 20 → 21: the ledger's codes of rules have their names beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: In the order of the releases that wrote no names.
_GUARDRAILS = (
    *("minimum_price", "maximum_price", "never_above_list_price", "respect_map"),
    *("never_below_cost", "minimum_margin", "protect_channels", "reference_band"),
    *("max_step_down", "max_step_up", "price_endings", "cooldown", "max_changes_per_day", "freeze"),
)
_REASONS = (
    *("rejected", "proposal_expired", "override", "rollback", "paused", "refused_by_shop"),
    *("promotion", "regular_price", "approved", "holdout", "strategy", "no_change"),
    *("bounds_conflict", "approval_required", "awaiting_approval", "declined"),
    *_GUARDRAILS,
    *("optimise", "match_competitor", "cost_plus", "markdown", "keep", "reinforcement", "breaker"),
)


def migrate(state: Mapping[str, Any]) -> dict[str, Any]:
    """The whole state, with the names."""
    names = {"reasons": list(_REASONS), "guardrails": list(_GUARDRAILS)}
    return {**state, "pricing": {**state["pricing"], "rule_names": names}}
