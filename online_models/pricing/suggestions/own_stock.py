"""The shop's own used stock teaches as the market's listings do: by what it shows, and how long."""

from __future__ import annotations

from online_models.pricing.context.decision_context import PricingState


def pass_day(state: PricingState, now: int) -> None:
    """A day has passed: note what own used offers show, and what did not sell."""
    known, offers = state.second_hand, state.catalogue.offers
    if known.none_met:
        return
    known.listings.pass_day(now)
    shown = {}
    for sku, thing in known.things.items():
        for row in state.catalogue.sku_offers[sku]:
            price = int(state.ledger.price[row])
            if offers.listed[row] and price > 0 and state.stock.on_hand[row] != 0:
                shown[row] = thing, price
    for row in [row for row in known.stock if row not in shown]:
        known.hide(row)
    for row, (thing, price) in shown.items():
        known.show(row, thing, price, now)
