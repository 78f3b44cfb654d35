"""Kinds of `pricing-alerts`. A test compares this with what the code raises."""

from __future__ import annotations

from online_models.fold.alerts import MESSAGES

#: Kind → what it says.
ALERTS: dict[str, str] = {
    "ack_missing": "The shop has not said in time that it shows a price.",
    "anomalous_order": "An order is far beyond the usual, and was not learnt from.",
    "bounds_conflict": "Two bounds leave no price between them: the price is held.",
    "breaker_tripped": "A batch would move too much of a category; the rest waits for approval.",
    "click_burst": "Far more clicks than usual; they were not learnt from.",
    "click_hammering": "One session clicks without end; it was not learnt from.",
    "clock_disagrees": "A worker's clock and the broker's are too far apart to move time on.",
    "competitor_price_spike": "A competitor's price is far from what it was before.",
    "competitor_unit_mixup": "A competitor's price is in another unit, such as cents.",
    "contract_conflict": "A promised price that a rule or the public price forbids is not shown.",
    "control_ignored": "A command of a person came too late, or named nothing.",
    "control_partial": "A command of a person took effect for some offers only.",
    "demand_drift": "Demand no longer fits its forecasts, and is learnt anew.",
    "event_quarantined": "An event could not be folded; it is skipped, by every worker alike.",
    "impossible_price": "A price in an order cannot be meant; it was not learnt from.",
    "model_degraded": "Forecasts of a category, or of a champion, are too far off.",
    "model_promoted": "A trained model has won against the champion.",
    "model_rejected": "A trained model is not whole, and was refused.",
    "price_feed_silent": "No competitors' prices have come for longer than usual.",
    "price_rejected": "The shop has refused a price.",
    "prices_not_applied": "Orders or clicks show other prices than those that were published.",
    "selling_below_cost": "The price in force is below cost plus fees.",
    "stale_competitors": "All competitors' prices are too old to be followed.",
    "stockout_ahead": "Stock will run out before more comes.",
    "time_set": "A person has set event time.",
    "unknown_policy_field": "A policy has a field that no policy has, which binds nothing.",
    **{kind: f"{one[0].upper()}{one[1:]}." for kind, (one, _) in MESSAGES.items()},
}
