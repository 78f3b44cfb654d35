"""What ends where an offer enters the shadow: prices below the public one that its policy makes.

In the shadow nothing is published, so nobody would renew them when a cost rises past them. What a
contract promises is the merchant's own word, and goes on as it was said last.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.contracts.contract_offers import standing
from online_models.pricing.decision.resolve import Resolved
from online_models.pricing.personal.public_moves import all_end
from online_models.pricing.pricing import Pricing
from online_models.pricing.records.alerts import Placed
from online_models.pricing.segments.price_offer import nothing_below
from online_models.pricing.state.ledger import NONE
from online_models.shop.catalogue import NO_PRICE


def stands(context: DecisionContext, pricing: Pricing) -> NDArray[np.bool_]:
    """Of which offers something below the public price was said, and not ended here, (n,).

    What is said belongs to a lowest legal price; in the shadow none is kept.
    """
    ledger, rows, book = context.state.ledger, context.rows, pricing.personal
    said: NDArray[np.bool_] = (ledger.offers_sequence[rows] != NONE) & (
        ledger.offers_floor[rows] != NO_PRICE
    )
    if len(book):
        instants = zip(rows.tolist(), context.now.tolist(), strict=True)
        said |= np.array(
            [any(now < trial.until for _, trial in book.offered(row)) for row, now in instants]
        )
    return said


def ends(resolved: Resolved, places: NDArray[np.intp], pricing: Pricing) -> list[Placed]:
    """The `price-offers` that end them, with the places of their offers, which stand in the shadow;
    their decisions have been entered.
    """
    ledger, found = resolved.context.state.ledger, []
    for place in places.tolist():
        context = resolved.context.reread(np.array([place]))
        row = int(context.rows[0])
        if ledger.offers_sequence[row] != NONE:
            ledger.offers_sequence[row] = ledger.sequence[row]
            outputs = standing(context, pricing) or [nothing_below(context)]
            found += [(place, output) for output in outputs]
        ledger.offers_floor[row] = NO_PRICE
        found += [(place, output) for output in all_end(context, pricing)]
    return found
