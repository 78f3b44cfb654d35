"""The codes of decisions and alerts, for people."""

from __future__ import annotations

from typing import Any

import msgspec

from online_models.pricing.explanation.narrate import sentence

#: Reason of a decision → why the price changed, or stayed.
REASONS = {
    "optimise": "a better price by what demand has shown",
    "match_competitor": "a competitor's price",
    "no_change": "the price is right as it is",
    "keep": "no strategy asks for another price",
    "bounds_conflict": "bounds contradict each other: no price is allowed",
    "cooldown": "the last change was too recent",
    "max_changes_per_day": "enough changes for one day",
    "max_step_up": "as far up as one step may go",
    "max_step_down": "as far down as one step may go",
    "minimum_margin": "less would be below the margin",
    "reference_band": "as far as it may go from its first price",
    "price_endings": "rounded to an allowed ending, it is the price in force",
    "regular_price": "back to its regular price",
}

#: Kind of an alert → what it says.
ALERTS = {
    "bounds_conflict": "the margin asked for cannot be reached within the other bounds",
    "selling_below_cost": "sold below cost",
    "stale_competitors": "no competitor price is fresh enough to be followed",
    "price_feed_silent": "no competitor prices arrive any more",
    "ack_missing": "not acknowledged in time",
    "anomalous_order": "an order far beyond the usual",
    "demand_drift": "demand no longer fits its forecasts, and is learnt anew",
    "model_degraded": "demand is not what the models expect",
    "stockout_ahead": "stock will run out",
    "late_event": "an event came after its day had closed",
}


def code_in_words(code: str, words: dict[str, str]) -> str:
    """What a code says; the code itself, spaced, where there are no words for it."""
    return words.get(code) or code.replace("_", " ")


def price_in_words(decision: bytes) -> str:
    """Where the price of a `price-decisions` record comes from: what asked, and what changed it."""
    steps: list[dict[str, Any]] = msgspec.json.decode(decision)["explanation"]
    return " ".join(sentence(step) for step in steps if step["input"] != step["output"])
