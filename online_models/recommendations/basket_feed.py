"""What a partition tells of orders and baskets: lines as they came since the last tick, and what
their offers leave.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.persistence.saved import Saved, attribute
from online_models.pricing.pricing import Pricing
from online_models.pricing.state.shoppers import name
from online_models.shop.catalogue import PPM
from schemas.records.baskets.basket_lines import MOST, BasketLines, BasketOffer
from schemas.records.policy.recommend import Recommend
from schemas.values import percentages
from schemas.values.instants import MINUTE

Ints = NDArray[np.int64]
#: ms after which an offer whose price or stock has changed is told of, though nobody took it.
EVERY = 5 * MINUTE


class FedLine(NamedTuple):
    """Hash of the order (empty: put into a basket), person (empty: not known), offer row."""

    order: str
    person: str
    row: int


class BasketFeed:
    """Lines that wait for the next tick; orders and baskets apart, each in the order in which they
    came, so that no cut of the journal changes it.
    """

    SAVED = Saved(
        orders=attribute("_orders", list[FedLine]),
        baskets=attribute("_baskets", list[FedLine]),
        told=attribute("_published", dict[int, tuple[int, int]]),
        looked=attribute("_looked", int),
        withdrawals=int,
    )

    def __init__(self) -> None:
        self._orders: list[FedLine] = []
        self._baskets: list[FedLine] = []
        #: Offer row → the price and the margin that were published last.
        self._published: dict[int, tuple[int, int]] = {}
        self._looked = 0
        #: Customers who have withdrawn.
        self.withdrawals = 0

    def ordered(self, terms: Recommend, orders: Ints, customers: Ints, rows: Ints) -> None:
        """Order lines, (n,): the hash of each one's order, and the customer (0: not known)."""
        below = percentages.to_ppm(terms.learn_from)
        for order, customer, row in zip(
            orders.tolist(), customers.tolist(), rows.tolist(), strict=True
        ):
            if customer or order % PPM < below:
                who = f"c{name(customer)}" if customer else ""
                self._orders.append(FedLine(name(order), who, row))

    def put_in(self, persons: Ints, sessions: NDArray[np.bool_], rows: Ints) -> None:
        """Offers put into baskets, (n,), by customers or sessions who agreed."""
        for person, session, row in zip(
            persons.tolist(), sessions.tolist(), rows.tolist(), strict=True
        ):
            self._baskets.append(FedLine("", f"{'s' if session else 'c'}{name(person)}", row))

    def forget(self, customer: str) -> None:
        """A customer withdraws: nothing that waits names him."""
        self.withdrawals += 1
        who = f"c{customer}"
        self._orders = [e._replace(person="") if e.person == who else e for e in self._orders]
        self._baskets = [line for line in self._baskets if line.person != who]

    def set_back(self, now: int) -> None:
        """Nothing was looked at later than `now`, ms."""
        self._looked = min(self._looked, now)

    def due(self, pricing: Pricing, now: int) -> Iterator[BasketLines]:
        """What there is to tell at a tick."""
        lines = self._orders + self._baskets
        self._orders, self._baskets = [], []
        for start in range(0, len(lines), MOST):
            yield self._said(pricing, lines[start : start + MOST], now)
        if self._published and now - self._looked >= EVERY:
            self._looked = now
            rows = list(self._published)
            fresh = _offers(pricing, rows)
            changed = [
                row
                for row, offer in zip(rows, fresh, strict=True)
                if self._published[row] != (offer.price, offer.margin)
            ]
            for start in range(0, len(changed), MOST):
                yield self._message(pricing, changed[start : start + MOST], (), now)

    def _said(self, pricing: Pricing, lines: Sequence[FedLine], now: int) -> BasketLines:
        return self._message(pricing, list(dict.fromkeys(line.row for line in lines)), lines, now)

    def _message(
        self, pricing: Pricing, rows: Sequence[int], lines: Sequence[FedLine], now: int
    ) -> BasketLines:
        offers = _offers(pricing, rows)
        for row, offer in zip(rows, offers, strict=True):
            self._published[row] = offer.price, offer.margin
        place = {row: i for i, row in enumerate(rows)}
        return BasketLines(
            time=now,
            withdrawals=self.withdrawals,
            offers=tuple(offers),
            order=tuple(line.order for line in lines),
            person=tuple(line.person for line in lines),
            offer=tuple(place[line.row] for line in lines),
        )


def _offers(pricing: Pricing, rows: Sequence[int]) -> list[BasketOffer]:
    """Offers at their public prices; no margin where they are not to be recommended now."""
    catalogue, ledger, stock = pricing.state.catalogue, pricing.ledger, pricing.state.stock
    at = np.array(rows, dtype=np.int64)
    offers, skus = catalogue.offers, catalogue.skus
    sku, price = offers.sku[at], ledger.price[at]
    share = PPM / (PPM + skus.tax_ppm[sku]) - offers.fee_ppm[at] / PPM
    left = np.floor(price * share - offers.fee_fixed[at] - offers.cost[at])
    wanted = pricing.book.recommended[ledger.policy[at]]
    sold = offers.listed[at] & skus.known[sku] & (stock.on_hand[at] != 0) & ~ledger.paused[at]
    margin = np.where(wanted & sold & (price > 0), np.maximum(left, 0.0), 0.0).astype(np.int64)
    found = []
    for row, each, own, money in zip(
        rows, price.tolist(), margin.tolist(), skus.currency[sku].tolist(), strict=True
    ):
        name_, channel = catalogue.offer_name(row)
        currency = catalogue.currency_names[money] if money >= 0 else "EUR"
        found.append(
            BasketOffer(
                sku=name_, channel=channel, currency=currency, price=max(each, 0), margin=own
            )
        )
    return found
