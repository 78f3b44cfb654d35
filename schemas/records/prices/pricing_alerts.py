"""`pricing-alerts`: what a merchant should know."""

from __future__ import annotations

from typing import Literal

from schemas.records.record import Outgoing
from schemas.values.fields import InstantText, Json, Name, Text

#: The kinds that the contract promises; others may follow.
KINDS = (
    "bounds_conflict",
    "stale_competitors",
    "price_feed_silent",
    "ack_missing",
    "model_degraded",
    "anomalous_order",
    "selling_below_cost",
    "stockout_ahead",
)


class PricingAlert(Outgoing):
    """`details.bounds` of a `bounds_conflict` lists the names of the guardrails concerned."""

    kind: Name
    severity: Literal["info", "warning", "critical"]
    sku: Name | None = None
    channel: Name | None = None
    message: Text
    time: InstantText
    details: dict[Text, Json] = {}
