"""What a partition knows of used goods: the market's listings, and the shop's own used stock."""

from __future__ import annotations

from typing import NamedTuple

from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.second_hand.item import Item
from online_models.second_hand.listings import ListedThing, Listings
from schemas.values.instants import DAY


class OwnSale(NamedTuple):
    """A unit of own used stock was sold: its SKU and offer, the price (minor units), when (ms)."""

    sku: int
    row: int
    price: int
    time: int


class UsedStock:
    """`things`: SKU row → what the used product is; `stock`: offer row → how long it is on offer.

    Own sales wait until the next tick, so that what they teach does not depend on how the journal
    was cut into batches.
    """

    SAVED = Saved(
        listings=Part(),
        things=dict[int, Item],
        stock=dict[int, ListedThing],
        sales=list[OwnSale],
        suggestions=int,
    )

    def __init__(self) -> None:
        self.listings = Listings()
        self.things: dict[int, Item] = {}
        self.stock: dict[int, ListedThing] = {}
        self.sales: list[OwnSale] = []
        #: How many were published.
        self.suggestions = 0

    @property
    def none_met(self) -> bool:
        """Whether neither the shop nor the market has had a used thing yet."""
        met = self.things or self.stock or self.listings.open or self.listings.closed
        return not (met or any(self.listings.value.learnt))

    def describe(self, sku: int, thing: Item | None) -> None:
        """A product is used, or (None) is not or is gone."""
        if thing is not None:
            self.things[sku] = thing
        else:
            self.things.pop(sku, None)

    def show(self, row: int, thing: Item, price: int, now: int) -> None:
        """An offer of own used stock shows a price, minor units."""
        before = self.stock.get(row)
        if before is None:
            self.stock[row] = ListedThing(thing, price, now, now, advised=True)
        else:
            learnt = self.listings.until(before, now, False)
            self.stock[row] = learnt._replace(thing=thing, asked=price)

    def hide(self, row: int) -> None:
        """An offer has left sale, or nothing of it is left."""
        self.stock.pop(row, None)

    def age_days(self, row: int, now: int) -> float:
        """For how long an offer is on sale."""
        listing = self.stock.get(row)
        return 0.0 if listing is None else max(now - listing.since, 0) / DAY

    def settle(self) -> None:
        """Learn the own sales since the last tick."""
        for sale in self.sales:
            listing, thing = self.stock.get(sale.row), self.things.get(sale.sku)
            if listing is not None:
                self.listings.until(listing, sale.time, True)
                again = max(sale.time, listing.learnt_to)
                self.stock[sale.row] = listing._replace(since=again, learnt_to=again)
            if thing is not None:
                self.listings.sold(thing, sale.price)
        self.sales = []

    def set_back(self, now: int) -> None:
        """Nothing was listed or learnt later than `now`, ms."""
        self.listings.set_back(now)
        self.stock = {
            row: each._replace(since=min(each.since, now), learnt_to=min(each.learnt_to, now))
            for row, each in self.stock.items()
        }
