"""The price of a used thing, by what comparables are worth and how soon they sell."""

from __future__ import annotations

import msgspec
import numpy as np

from online_models.numerics.arrays import Ints
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.strategies.strategy import Detail, Proposal
from online_models.second_hand.prices import path, promised
from online_models.second_hand.second_hand import UsedStock
from online_models.second_hand.worth import Worth, recomputed
from online_models.shop.catalogue import NO_PRICE
from schemas.records.policy.second_hand import SecondHand as Entry
from schemas.values.durations import to_text
from schemas.values.instants import DAY

_PROMISED = "the highest price at which it sells within {within} with {probability:.0%}"
#: What an aim is called in an explanation.
AIMS = {
    **dict.fromkeys(("suggested", "quick", "patient"), _PROMISED),
    "path": "what brings most until it must be sold within {within} ({probability:.0%} before the"
    " next step)",
}


class SecondHand:
    """A share of what a used thing is worth by its comparables: the highest that keeps the entry's
    promise, or, where the objective has a `sell_by`, the first of the prices on the path to it.

    Offers with no history at all are the rule here: a thing is known by its category, condition,
    age and attributes. It says nothing of products without a `condition`.
    """

    kind = "second_hand"
    silences = ("it is not a used product", "too little is known of things like it")

    def propose(self, entry: Entry, context: DecisionContext) -> Proposal:
        """That price of every used offer; it is due again after the setting `reoptimise_ms`."""
        n = len(context)
        price = np.full(n, NO_PRICE, dtype=np.int64)
        silence = np.zeros(n, dtype=np.int8)
        details: list[bytes] = [b"{}"] * n
        columns = (context.rows.tolist(), context.sku.tolist(), context.now.tolist())
        for i, (row, sku, now) in enumerate(zip(*columns, strict=True)):
            found = _priced(entry, context, row, sku, now)
            if isinstance(found, int):
                silence[i] = found
            else:
                price[i], said = found
                details[i] = msgspec.json.encode(said)

        def written(rows: Ints) -> list[bytes]:
            return [details[row] for row in rows.tolist()]

        again = context.now + context.state.settings.reoptimise_ms
        return Proposal(price, again, {"worth": written}, silence=silence)

    def sentence(self, detail: Detail) -> str:
        """What its step of an explanation says, without the price that follows."""
        worth = detail["worth"]
        factors = "".join(f", {share} for {group}" for group, share in worth["parts"])
        return (
            f"A usual thing of its category is worth {worth['base']}{factors}, which makes"
            f" {worth['value']}; of that {worth['ratio']} is"
            f" {AIMS[worth['aim']].format(**worth)}"
        )

    def recompute(self, detail: Detail, digits: int) -> int:
        """That price, in minor units."""
        return recomputed(detail["worth"], digits)


def _priced(
    entry: Entry, context: DecisionContext, row: int, sku: int, now: int
) -> tuple[int, dict[str, object]] | int:
    """The price of an offer and the detail of its step, or the index of a silence."""
    known: UsedStock = context.state.second_hand
    thing = known.things.get(sku)
    if thing is None:
        return 0
    listings = known.listings
    if not listings.value.estimate(listings.value.row(thing, add=False)).familiar:
        return 1
    worth = Worth.of(listings.value.factors(thing))
    sale, features = listings.sale, listings.sale.row(thing, add=False)
    age = known.age_days(row, now)
    sell_by = context.terms.policy.objective.sell_by
    if sell_by is not None and sell_by > now:
        days = (sell_by - now) / DAY
        step = path(sale, features, age, days, float(entry.salvage))[0]
        aim, within, ratio, probability = "path", sell_by - now, step.ratio, step.probability
    else:
        aim, within = entry.aim, within_of(entry, entry.aim)
        ratio, probability = promised(sale, features, age, within / DAY, float(entry.probability))
    said = {
        **worth.detail(ratio, context.terms.digits),
        "aim": aim,
        "within": to_text(within),
        "probability": round(probability, 4),
    }
    return worth.price(ratio), said


def within_of(entry: Entry, aim: str) -> int:
    """The time in which an aim promises a sale, ms."""
    times = {"quick": entry.quick_within, "patient": entry.patient_within}
    return times.get(aim, entry.within)
