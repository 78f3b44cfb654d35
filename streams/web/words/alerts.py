"""What an alert of each kind is called, and what to do about it."""

from __future__ import annotations

from streams.web.words.figures import plain

_ADVICE = {
    "bounds_conflict": "Rules of a policy contradict each other, and the price is held. Relax one "
    "of the rules that the alert names.",
    "stale_competitors": "No fresh price of a competitor. See whether the feed still runs.",
    "price_feed_silent": "A feed is silent for longer than usual. See whether it still runs.",
    "ack_missing": "The shop has not confirmed a price. See whether it reads price changes.",
    "prices_not_applied": "Shoppers meet other prices than those in force. See whether the shop "
    "reads price changes.",
    "model_degraded": "Sales have left their forecasts. The models learn anew; look at prices of "
    "the category until they have.",
    "anomalous_order": "An order is unlike the others and was not learnt from. Look at it.",
    "selling_below_cost": "The price is below cost plus fees. See the cost, or set a least margin.",
    "stockout_ahead": "The stock runs out before more comes. Order more, or let the price rise.",
    "control_ignored": "A command came too late or named nothing. See the message, and try again.",
    "demand_drift": "Sales have left their forecasts, and are learnt anew. Nothing need be done.",
    "late_event": "Sales data come late. See whether the feed is behind.",
    "late_correction": "Cancellations or returns came without their order. See the order feed.",
    "duplicate_event": "The same events came twice, and counted once. See what sends them.",
    "unknown_name": "Events name products that are not known. See the feed of products.",
    "unknown_offer": "Orders or clicks name a channel that is not open. List it with the product.",
    "currency_mismatch": "Events are in another currency than their product. See what sends them.",
    "currency_changed": "A product came in another currency, which was ignored. Correct it.",
    "out_of_order_rival": "Competitors' prices came in the wrong order. The newest is in force.",
    "out_of_order_inventory": "Stock counts came in the wrong order. The newest is in force.",
    "unknown_ack": "The shop confirmed a price that was never set. See what it reads.",
    "model_promoted": "A trained network has proved itself, and forecasts from now on.",
    "model_rejected": "A trained network could not be used. See the message, and the training.",
    "control_partial": "A command took effect for some offers only. See the message.",
}


_TITLES = {
    "bounds_conflict": "rules contradict each other",
    "stale_competitors": "no fresh price of a competitor",
    "price_feed_silent": "a feed is silent",
    "ack_missing": "the shop has not confirmed a price",
    "prices_not_applied": "the shop shows other prices",
    "model_degraded": "sales have left their forecasts",
    "demand_drift": "sales have left their forecasts",
    "anomalous_order": "an unusual order",
    "selling_below_cost": "sold below cost",
    "stockout_ahead": "the stock will run out",
    "control_ignored": "a command had no effect",
    "control_partial": "a command had effect in part",
    "late_event": "sales data come late",
    "late_correction": "a return without its order",
    "duplicate_event": "the same events came twice",
    "unknown_name": "products that are not known",
    "unknown_offer": "a channel that is not open",
    "unknown_ack": "a price confirmed that was never set",
    "currency_mismatch": "another currency than the product's",
    "currency_changed": "a product changed its currency",
    "out_of_order_rival": "competitors' prices came in the wrong order",
    "out_of_order_inventory": "stock counts came in the wrong order",
    "model_promoted": "a trained model took over",
    "model_rejected": "a trained model was turned down",
}


def title(kind: str) -> str:
    """What a kind of alert is called."""
    return _TITLES.get(kind) or plain(kind)


def advice(kind: str) -> str:
    """One sentence or two; for a kind without any, where to look."""
    return _ADVICE.get(kind, "See the message.")
