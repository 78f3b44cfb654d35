"""All that is below an offer's public price, said together: breaks, contracts, personal prices.

They are said anew when the price shown changes, with the first decision of a policy's version, and
when the lowest legal price moves: a price that was legal yesterday may be below today's cost. They
end when the offer enters the shadow.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.masks import anywhere
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.contracts.contract_offers import promised
from online_models.pricing.decision.resolve import Resolved
from online_models.pricing.guardrails.bounds import floors
from online_models.pricing.into_shadow import ends, stands
from online_models.pricing.personal.public_moves import moved
from online_models.pricing.pricing import Pricing
from online_models.pricing.quantity_breaks.offers import quantity_breaks
from online_models.pricing.records.alerts import Placed
from online_models.pricing.segments.personal_offers import personal_offers
from online_models.pricing.segments.price_offer import nothing_below
from online_models.pricing.segments.segment_prices import segment_prices
from online_models.pricing.state.ledger import NONE
from online_models.pricing.trace.steps import MoneyTexts
from online_models.shop.catalogue import NO_PRICE

Flags = NDArray[np.bool_]
Places = NDArray[np.intp]


class BelowPublic(NamedTuple):
    """Which offers may have prices below the public one, of which of them the lowest legal price
    has moved, of which it was not known, and which of them entered the shadow with any, (n,) each.
    """

    watched: Flags
    moved: Flags
    unknown: Flags
    hidden: Flags


def watch(context: DecisionContext, pricing: Pricing) -> BelowPublic | None:
    """Look at offers that are about to be decided; None where none has such prices.

    Of an offer whose lowest legal price has moved, or that has entered the shadow, a decision is
    published, whatever comes of it: what is said below the public price belongs to a decision, and
    replaces that of the one before.
    """
    watched = _watched(context, pricing)
    if watched is None:
        return None
    ledger = context.state.ledger
    lowest = floors(context).price
    before = ledger.offers_floor[context.rows]
    shadow = ledger.shadow[context.rows]
    unknown = watched & ~shadow & (before == NO_PRICE)
    moved = watched & ~shadow & ~unknown & (before != lowest)
    hidden = watched & shadow
    if anywhere(hidden):
        hidden &= stands(context, pricing)
    return BelowPublic(watched, moved, unknown, hidden)


def below_public(
    resolved: Resolved, below: BelowPublic, fresh: Places, pricing: Pricing, money: MoneyTexts
) -> list[Placed]:
    """The `price-offers` of those offers that need any, with their places; their decisions have
    been entered. `fresh` are the places whose price or policy version has changed.
    """
    ledger, rows = resolved.context.state.ledger, resolved.context.rows
    found = ends(resolved, below.hidden.nonzero()[0], pricing)
    said_anew = below.moved.copy()
    said_anew[fresh] = below.watched[fresh]
    said_anew &= ~ledger.shadow[rows]
    noted = (said_anew | below.unknown).nonzero()[0]
    if not len(noted):
        return found
    context = resolved.context.reread(noted)
    lowest = floors(context)
    ledger.offers_floor[context.rows] = lowest.price
    chosen = said_anew.nonzero()[0]
    if not len(chosen):
        return found
    if len(chosen) < len(noted):
        some = np.isin(noted, chosen)
        context, lowest = context.take(some), lowest.take(some)
    said_before = ledger.offers_sequence[context.rows] != NONE
    ledger.offers_sequence[context.rows] = ledger.sequence[context.rows]
    places = chosen.tolist()
    found += segment_prices(context, lowest, places, money)
    found += quantity_breaks(resolved, chosen, pricing.state.trade.volumes)
    found += promised(resolved, chosen, pricing)
    found += personal_offers(context, lowest, places, pricing.shoppers, money)
    silent = ~np.isin(chosen, [place for place, said in found if said.topic == "price-offers"])
    for i in (silent & said_before).nonzero()[0].tolist():
        found.append((places[i], nothing_below(context.take(np.array([i])))))
    ledger.offers_sequence[context.rows[silent]] = NONE
    return found + moved(resolved, chosen, pricing)


def _watched(context: DecisionContext, pricing: Pricing) -> Flags | None:
    """Which offers may have prices below the public one; None: none."""
    if context.terms.policy.segments:
        return np.ones(len(context), dtype=np.bool_)
    watched = context.state.ledger.offers_sequence[context.rows] != NONE
    contracts = pricing.state.trade.contracts
    if contracts:
        names = context.state.catalogue.sku_names
        watched |= np.array([contracts.has(names[sku]) for sku in context.sku.tolist()])
    if len(pricing.personal):
        offers = pricing.personal.offers
        watched |= np.array([offers(row) for row in context.rows.tolist()])
    return watched if anywhere(watched) else None
