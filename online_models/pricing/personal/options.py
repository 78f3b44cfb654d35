"""What a customer may be offered of an offer: a few depths, as far as the guardrails let them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails import Bound
from online_models.pricing.guardrails.bounds import floors
from online_models.pricing.guardrails.price_endings import nearest_ending
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.pricing.pricing import Pricing
from online_models.pricing.segments.reduced import discounted
from online_models.shop.catalogue import NO_PRICE, PPM, kept_share
from schemas.records.policy.pricing_policies import SegmentTerms
from schemas.values import percentages

#: Depths to choose from: the largest discount in so many steps.
STEPS = 5


class Depth(NamedTuple):
    """A price, and the discount (ppm) that asks for it."""

    discount: int
    price: int

    def off(self, public: int) -> int:
        """The share of the public price that it takes off, ppm."""
        return (public - self.price) * PPM // public


class DiscountCandidate(NamedTuple):
    """An offer at its public price (minor units), of which a unit at price p leaves p × `share` −
    `fixed`; the lowest legal price, the guardrail that sets it, and the terms. `known` holds the
    depths of each segment that was asked for.
    """

    row: int
    public: int
    share: float
    fixed: float
    category: int
    currency: str
    floor: int
    rule: Bound | None
    terms: CompiledPolicy
    known: dict[str, list[Depth]]

    def depths(self, segment: SegmentTerms) -> list[Depth]:
        """Those of a segment: ascending, no two of a price, all below the public one."""
        found = self.known.get(segment.segment)
        if found is None:
            largest, lowest = largest_discount(segment), self.lowest(segment)
            found = []
            for step in range(1, STEPS + 1):
                discount = largest * step // STEPS
                price = self.legal(discount, lowest)
                if price < (found[-1].price if found else self.public):
                    found.append(Depth(discount, price))
            self.known[segment.segment] = found
        return found

    def lowest(self, segment: SegmentTerms) -> int:
        """The lowest price of a segment's personal offers: no ending goes beyond its discount."""
        return max(discounted(self.public, largest_discount(segment)), self.floor)

    def legal(self, discount: int, lowest: int) -> int:
        """The price with a discount off that the guardrails allow, no lower than `lowest`; the
        public one if none does.
        """
        price = max(discounted(self.public, discount), lowest)
        if price >= self.public or not self.terms.endings:
            return min(price, self.public)
        columns = (np.array([each]) for each in (price, lowest, self.public - 1))
        ending = int(nearest_ending(self.terms.endings, *columns)[0])
        return self.public if ending == NO_PRICE else ending

    def allowed(self, promised: int) -> int:
        """A price that was promised, as far as the guardrails allow it now."""
        return promised if promised >= self.floor else self.legal(PPM - 1, self.floor)

    def profit(self, price: int) -> float:
        """What a unit leaves at a price, minor units."""
        return price * self.share - self.fixed


def largest_discount(segment: SegmentTerms) -> int:
    """That of a segment's personal offers, ppm."""
    return min(percentages.to_ppm(segment.personal_discount), PPM - 1)


def candidates(pricing: Pricing, rows: Iterable[int], now: int) -> Mapping[int, DiscountCandidate]:
    """Those of the offers, by row, that can be had now at a price that is published."""
    catalogue, ledger, stock = pricing.state.catalogue, pricing.ledger, pricing.state.stock
    at = np.array(sorted(rows), dtype=np.int64)
    sku = catalogue.offers.sku[at]
    sold = catalogue.offers.listed[at] & (stock.on_hand[at] != 0) & (ledger.price[at] > 0)
    sold &= ~ledger.paused[at] & ~ledger.shadow[at] & (catalogue.skus.currency[sku] >= 0)
    groups: dict[tuple[int, int], list[int]] = {}
    for row, slot, digits in zip(
        at[sold].tolist(),
        ledger.policy[at[sold]].tolist(),
        catalogue.skus.digits[sku[sold]].tolist(),
        strict=True,
    ):
        groups.setdefault((slot, digits), []).append(row)
    found: dict[int, DiscountCandidate] = {}
    for (slot, digits), members in groups.items():
        of_group = np.array(members, dtype=np.int64)
        terms = pricing.book.terms(slot, digits)
        context = DecisionContext(pricing.state, terms, of_group, np.full(len(of_group), now))
        found |= {each.row: each for each in of_context(context)}
    return found


def of_context(context: DecisionContext) -> list[DiscountCandidate]:
    """The offers of a context."""
    catalogue = context.state.catalogue
    n = len(context)
    lowest = floors(context)
    share = kept_share(context.tax_ppm, context.fee_ppm)
    return [
        DiscountCandidate(
            int(context.rows[i]),
            int(context.state.ledger.price[context.rows[i]]),
            float(share[i]),
            float(context.fee_fixed[i] + context.cost[i]),
            int(catalogue.skus.category[context.sku[i]]),
            catalogue.currency_names[int(catalogue.skus.currency[context.sku[i]])],
            int(lowest.price[i]),
            lowest.rule(i),
            context.terms,
            {},
        )
        for i in range(n)
    ]


def segment_terms(terms: CompiledPolicy, segment: str) -> SegmentTerms | None:
    """What a policy says of a segment whose personal discounts are learnt."""
    return next(
        (
            each
            for each in terms.policy.segments
            if each.segment == segment and each.personalise and each.optimise_personal is not None
        ),
        None,
    )
