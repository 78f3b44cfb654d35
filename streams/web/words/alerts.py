"""What to do about an alert of each kind."""

from __future__ import annotations

_ADVICE = {
    "bounds_conflict": "Rules of a policy contradict each other, and the price is held. Relax one "
    "of the rules that the alert names.",
    "stale_competitors": "No fresh price of a rival. See whether the feed still runs.",
    "price_feed_silent": "A feed is silent for longer than usual. See whether it still runs.",
    "ack_missing": "The shop has not confirmed a price. See whether it reads price changes.",
    "model_degraded": "Sales have left their forecasts. The models learn anew; look at prices of "
    "the category until they have.",
    "anomalous_order": "An order is unlike the others and was not learnt from. Look at it.",
    "selling_below_cost": "The price is below cost plus fees. See the cost, or set a least margin.",
    "stockout_ahead": "The stock runs out before more comes. Order more, or let the price rise.",
    "control_ignored": "A command came too late or named nothing. See the message, and try again.",
    "control_partial": "A command took effect for some offers only. See the message.",
}


def advice(kind: str) -> str:
    """One sentence or two; for a kind without any, where to look."""
    return _ADVICE.get(kind, "See the message.")
