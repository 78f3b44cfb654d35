"""What an alert of each kind is called, and what to do about it."""

from __future__ import annotations

import re

from streams.web.words.figures import plain
from streams.web.words.policy_fields import policy_words

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
    "unknown_policy_field": "A field of a policy is misspelt and does nothing. Correct the policy.",
    "price_rejected": "The shop has refused a price, and shows the one before. See its reason, and "
    "set the price again once it is mended.",
    "contract_conflict": "A promised price is not published, as a rule or the public price forbids "
    "it. Change the contract, or the policy.",
    "breaker_tripped": "A large part of a category would have moved at once. See whether a feed is "
    "wrong; what is right, approve in the queue.",
    "click_burst": "Far more clicks came than usual, and were not learnt from. Look for robots.",
    "click_hammering": "One visitor clicks without end, and was not learnt from. Look for robots.",
    "clock_disagrees": "Clocks differ by too much for time to move on. Set the worker's clock.",
    "competitor_price_spike": "A competitor's price is far from the one before. See whether it is "
    "real; a wrong one, correct in the feed.",
    "competitor_unit_mixup": "A competitor's price is in another unit, such as cents. Mend it in "
    "the feed.",
    "event_quarantined": "An event could not be used, and is skipped. Tell who runs the pricer.",
    "impossible_price": "An order has a price that cannot be meant; it was not learnt from. See "
    "what sends it.",
    "time_set": "Somebody has set the pricer's time. Nothing need be done if that was meant.",
    "unknown_forecast": "Forecasts name offers that are not known. See what sends them.",
    "late_forecast": "Forecasts came too late to be used. Send them before the day begins.",
    "flat_forecast": "A forecast says that demand does not fall as the price rises. Only its level "
    "is used; see the model.",
    "unusable_forecast": "A forecast is for a price of nothing. See the model that sends it.",
    "surplus_forecast": "There are more models than are mixed at a time. Send fewer.",
    "unknown_quote": "An outcome names a quote that was never made, or is over. See what sends it.",
    "unpriced_outcome": "An outcome does not say at which price. Add the price.",
    "untimely_control": "A command came before any event. Send it again once the shop's data come.",
    "feed_gap": "Nothing came for a whole day, which was not learnt as no sales. See the feeds.",
}


_TITLES = {
    "bounds_conflict": "rules contradict each other",
    "stale_competitors": "no fresh price of a competitor",
    "price_feed_silent": "a feed is silent",
    "ack_missing": "the shop has not confirmed a price",
    "prices_not_applied": "the shop shows other prices",
    "model_degraded": "forecasts are too far off",
    "demand_drift": "sales have left their forecasts",
    "anomalous_order": "an unusual order",
    "selling_below_cost": "sold below cost",
    "stockout_ahead": "the stock will run out",
    "control_ignored": "a command had no effect",
    "control_partial": "a command had effect in part",
    "unknown_policy_field": "a field of a policy does nothing",
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
    "price_rejected": "the shop refused a price",
    "contract_conflict": "a promised price is not published",
    "breaker_tripped": "too much would have moved at once",
    "click_burst": "far more clicks than usual",
    "click_hammering": "one visitor clicks without end",
    "clock_disagrees": "clocks differ",
    "competitor_price_spike": "a competitor's price jumped",
    "competitor_unit_mixup": "a competitor's price in another unit",
    "event_quarantined": "an event was skipped",
    "impossible_price": "an order with an impossible price",
    "time_set": "somebody has set the time",
    "unknown_forecast": "forecasts of offers that are not known",
    "late_forecast": "forecasts came too late",
    "flat_forecast": "a forecast that knows no price",
    "unusable_forecast": "a forecast for a price of nothing",
    "surplus_forecast": "more models than are mixed",
    "unknown_quote": "an outcome of no quote",
    "unpriced_outcome": "an outcome without a price",
    "untimely_control": "a command before any event",
    "feed_gap": "nothing came for a day",
}
#: Names that the pricer writes, statistical tests, and the ids of decisions, which say nothing to
#: a merchant.
_NAME = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
_WHOLE = re.compile(r"\b(\d+)\.0 days")
_DETECTOR = re.compile(r"^(?:PageHinkley|ADWIN): ")
_DECISION = re.compile(r"\bdecision [0-9a-f]{24}-\d+")


def title(kind: str) -> str:
    """What a kind of alert is called."""
    return _TITLES.get(kind) or plain(kind)


def advice(kind: str) -> str:
    """One sentence or two; for a kind without any, where to look."""
    return _ADVICE.get(kind, "See the message.")


def message(text: str) -> str:
    """An alert's message in a merchant's words.

    >>> message("max_step_up and price_endings leave no legal price: the price in force stays")
    'Largest rise at once and price endings leave no legal price: the price in force stays'
    >>> message("PageHinkley: the demand of tea has left its forecasts")
    'The demand of tea has left its forecasts'
    """
    said = _WHOLE.sub(r"\1 days", _DECISION.sub("a decision", _DETECTOR.sub("", text)))
    said = _NAME.sub(lambda found: _called(found[0]), said)
    return said[:1].upper() + said[1:]


def _called(name: str) -> str:
    words = policy_words().get(f"guardrails.{name}")
    return plain(name) if words is None else words.label[:1].lower() + words.label[1:]
