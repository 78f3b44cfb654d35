"""What is bought along with an offer more than it is bought anyway, by the baskets of all orders.

Who buys pasta buys sauce more often than others do. Whether more pasta, because it is promoted, is
more sauce, too, no basket tells: those who come for the deal may be those who would have bought the
sauce. The baskets say where to look, and past promotions what came of it (`response`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import sum_by
from online_models.recommendations.recommendation_records import KnownOffer
from online_models.studies.promotions.whole_shop import WholeShop

#: Orders with an offer from which on its company is known.
LEAST_ORDERS = 50
#: Company of an offer that counts, what is bought most with it first.
MOST = 40


class BoughtAlong(NamedTuple):
    """Pairs of offers in order of the first, all (pairs,): how much more probably `along` is in a
    basket in which `offer` is than in any.

    Both are on one channel, in one currency, and of different products and categories: what those
    of one category do to each other is to take sales.
    """

    offer: Ints
    along: Ints
    probability: Floats

    @classmethod
    def of(cls, shop: WholeShop) -> BoughtAlong:
        """From the baskets of the shop's desk for recommendations, where a policy recommends."""
        groups = shop.groups
        rows: dict[tuple[str, str], int] = {}
        pairs: list[tuple[int, int, float]] = []

        def row_of(offer: KnownOffer) -> int:
            name = offer.sku, offer.channel
            if name not in rows:
                rows[name] = shop.row(*name)
            return rows[name]

        for state in shop.states:
            for offer, company in state.recommendations.company(LEAST_ORDERS):
                row, found = row_of(offer), []
                for other, probability in company:
                    place = row_of(other)
                    if min(row, place) < 0 or other.currency != offer.currency:
                        continue
                    alike = groups.category[row] == groups.category[place] > 0
                    same = alike or groups.sku[row] == groups.sku[place]
                    if groups.channel[row] == groups.channel[place] and not same:
                        found.append((-probability, place))
                pairs += [(row, place, -less) for less, place in sorted(found)[:MOST]]
        pairs.sort()
        return cls(
            np.array([offer for offer, _, _ in pairs], np.int64),
            np.array([along for _, along, _ in pairs], np.int64),
            np.array([probability for _, _, probability in pairs], np.float64),
        )

    def expected(self, more: Floats) -> Floats:
        """What would be sold more, had all who buy `more` of offers the company of those who do so
        anyway, both (offers, days).
        """
        found = np.zeros_like(more)
        bounds = np.flatnonzero(np.diff(self.offer, prepend=-1, append=-1))
        for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            row = more[self.offer[low]]
            if row.any():
                found[self.along[low:high]] += self.probability[low:high, None] * row
        return found

    def worth(self, profit: Floats) -> Floats:
        """Profit that such company of a unit leaves, given that of a unit of each, (offers,)."""
        return sum_by(self.offer, self.probability * profit[self.along], len(profit))


#: Where no baskets are known.
NOTHING = BoughtAlong(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
