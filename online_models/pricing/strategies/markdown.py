"""Sell a finite stock by a date."""

from __future__ import annotations

import numpy as np

from online_models.pricing.context.decision_context import DecisionContext, Flags, Floats, Ints
from online_models.pricing.profit.objective import clearing, outlook, span
from online_models.pricing.profit.search import best_price
from online_models.pricing.strategies.because import BECAUSE
from online_models.pricing.strategies.forecasters import forecast_details, forecast_sentence
from online_models.pricing.strategies.optimise import (
    curve_details,
    held,
    outcome,
    search_ends,
    search_range,
)
from online_models.pricing.strategies.strategy import Detail, Proposal
from online_models.pricing.trace.steps import Numbers
from online_models.shop.catalogue import NO_PRICE, PPM, kept_share
from schemas.records.policy.strategies import Markdown as Entry
from schemas.values.percentages import to_ppm, to_text


class Markdown:
    """The fluid price: revenue after fees until `sell_by`, plus the salvage of what is left.

    Solved anew at every decision with the stock and the posterior of that moment, which is nearly
    optimal (Gallego and van Ryzin, Management Science 40, 1994; Jasin and Kumar, Mathematics of
    Operations Research 37, 2012). The cost is sunk; `salvage` is the share of it that unsold stock
    brings back. It says nothing without a `sell_by` to come, or without a known stock.
    """

    kind = "markdown"
    silences = ("no stock is known", "nothing is left to sell", "no sell_by is still to come")

    def propose(self, entry: Entry, context: DecisionContext) -> Proposal:
        """The fluid price of every offer with a stock to sell."""
        over = span(context)
        salvage_ppm = 0 if entry.salvage is None else to_ppm(entry.salvage)
        best, price, idle = _asked(context, salvage_ppm)
        nowhere = np.zeros(len(context), dtype=np.bool_)
        because = held(context, best, price, (nowhere, nowhere, idle))
        search_ends(context, because, best, price)
        on_hand = context.on_hand
        arriving = np.where(np.isfinite(over.stock), over.stock, 0.0).astype(np.int64) - on_hand
        because.number("arriving", (on_hand > 0) & (arriving > 0), arriving)
        sell_by = context.terms.policy.objective.sell_by
        in_time = context.now < (sell_by or 0)
        open_ = (on_hand > 0) & in_time
        silence = np.where(on_hand < 0, 0, np.where(on_hand == 0, 1, 2)).astype(np.int8)
        again = context.now + context.state.settings.reoptimise_ms
        details = {
            **curve_details(context),
            **forecast_details(context, lambda c: _asked(c, salvage_ppm)[1]),
            "stock": Numbers(on_hand, b"%d"),
        }
        facts = {} if entry.salvage is None else {"salvage": to_text(entry.salvage)}
        raw = np.where(open_, price, NO_PRICE)
        return Proposal(raw, again, details, facts, because=because, silence=silence)

    def sentence(self, detail: Detail) -> str:
        """What its step of an explanation says, without the price that follows."""
        because = detail.get(BECAUSE, {})
        more = f" and {because['arriving']} on their way" if "arriving" in because else ""
        rest = ""
        if "salvage" in detail:
            rest = f", with {detail['salvage']} of the cost for what is left"
        return (
            f"The legal price that earns most with the {detail['stock']} units in stock{more} until"
            f" they must be sold{rest}," + forecast_sentence(detail) + outcome(because)
        )


def _asked(context: DecisionContext, salvage_ppm: int) -> tuple[Ints, Ints, Flags]:
    """The best prices, those that are asked for, and where it gains too little to move, (n,)."""
    low, high = search_range(context)
    over, least = span(context), context.state.settings.worthwhile
    salvage = context.cost * (salvage_ppm / PPM)
    kept = kept_share(context.tax_ppm, context.fee_ppm)[:, None]
    fixed = (context.fee_fixed + salvage)[:, None]

    def worth(price: Floats) -> Floats:
        return (price * kept - fixed) * outlook(context, price, over, False).units

    kink = clearing(context, over)
    best, idle = best_price(low, high, context.regular_price, least, worth, kink)
    return best, np.where(idle, context.regular_price, best), idle
