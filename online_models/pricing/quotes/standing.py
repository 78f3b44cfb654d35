"""How offers stand: all of an offer that decides whether a price may be quoted for it.

Looked at of many offers at once, it costs a hundredth of working out the terms of their lines; and
where it is as it was, so are these.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.pricing.context.decision_context import NO_CEILING, NO_FLOOR, DecisionContext
from online_models.pricing.guardrails.bounds import on_every_price
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.pricing.pricing import Pricing

Ints = NDArray[np.int64]


class Standing(NamedTuple):
    """The policy that rules an offer, its price in force, the kill switch's state and its bounds as
    bytes; of one that is not on sale, no policy.
    """

    terms: CompiledPolicy | None
    amounts: bytes


def standings(pricing: Pricing, rows: Ints, now: int) -> dict[int, Standing]:
    """How offers stand at `now` (ms), by row (−1: no offer)."""
    ledger, catalogue = pricing.ledger, pricing.state.catalogue
    skus, offers = catalogue.skus, catalogue.offers
    found = dict.fromkeys(rows.tolist(), Standing(None, b""))
    rows = rows[rows >= 0]
    of = offers.sku[rows]
    on_sale = skus.known[of] & offers.listed[rows] & (ledger.price[rows] > 0)
    for row, known in zip(rows.tolist(), skus.known[of].tolist(), strict=True):
        found[row] = Standing(None, b"known" if known else b"")
    rows, of = rows[on_sale], of[on_sale]
    rulers = np.stack([ledger.policy[rows], skus.digits[of]], axis=1)
    for slot, digits in np.unique(rulers, axis=0).tolist():
        terms = pricing.book.terms(slot, digits)
        ruled = rows[(rulers == (slot, digits)).all(axis=1)]
        amounts = _amounts(DecisionContext(pricing.state, terms, ruled, np.full(len(ruled), now)))
        found |= {
            row: Standing(terms, own.tobytes())
            for row, own in zip(ruled.tolist(), amounts, strict=True)
        }
    return found


def _amounts(context: DecisionContext) -> Ints:
    """What is compared of offers under the same terms, a row of integers each."""
    n, state = len(context), context.state
    columns = [
        context.price,
        state.ledger.paused[context.rows],
        state.catalogue.skus.currency[context.sku],
    ]
    for rule in on_every_price(context.terms):
        columns.append(np.full(n, NO_FLOOR) if rule.floor is None else rule.floor(context))
        columns.append(np.full(n, NO_CEILING) if rule.ceiling is None else rule.ceiling(context))
    return np.stack([column.astype(np.int64) for column in columns], axis=1)
