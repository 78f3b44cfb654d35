"""Slow topics: one file each, registered here by one line."""

from __future__ import annotations

from online_models.fold.facts import (
    acks,
    basket_lines,
    contract_prices,
    control,
    evidence,
    forecasts,
    inventory,
    listings,
    models,
    policies,
    products,
    promotions,
    quote_lines,
    quote_outcomes,
    quote_requests,
)
from online_models.fold.facts.fact import Handler

#: Topic → what the fold does with a record of it.
HANDLERS: dict[str, Handler] = {
    handler.topic: handler
    for handler in (
        products.HANDLER,
        inventory.HANDLER,
        promotions.HANDLER,
        policies.HANDLER,
        models.HANDLER,
        evidence.HANDLER,
        acks.HANDLER,
        forecasts.HANDLER,
        contract_prices.HANDLER,
        quote_requests.HANDLER,
        quote_lines.HANDLER,
        basket_lines.HANDLER,
        quote_outcomes.HANDLER,
        listings.HANDLER,
        control.HANDLER,
    )
}
