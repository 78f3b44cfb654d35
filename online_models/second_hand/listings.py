"""The used things on offer, and what each record about them teaches."""

from __future__ import annotations

from typing import NamedTuple

from online_models.numerics.elementary import log_one
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.second_hand.item import Item
from online_models.second_hand.sale import Offered, SaleModel
from online_models.second_hand.value import ValueModel
from schemas.values.instants import DAY

#: Things on offer that are followed, and names of those that are gone, which may come again.
MOST_OPEN, MOST_CLOSED = 20_000, 50_000


class ListedThing(NamedTuple):
    """A thing on offer: its price in minor units, since when, and up to when its time on the market
    has been learnt, ms. Of `advised` ones the price was a suggestion.
    """

    thing: Item
    asked: int
    since: int
    learnt_to: int
    advised: bool = False


class Ending(NamedTuple):
    """When a thing left the market, ms, and for what (minor units) where it was sold."""

    at: int
    price: int | None


class Listings:
    """Both models, and what is on offer by its name.

    A name that has left the market teaches nothing again: records may come twice.
    """

    SAVED = Saved(value=Part(), sale=Part(), open=dict[str, ListedThing], closed=dict[str, None])

    def __init__(self) -> None:
        self.value = ValueModel()
        self.sale = SaleModel()
        self.open: dict[str, ListedThing] = {}
        self.closed: dict[str, None] = {}

    def offer(self, name: str, listing: ListedThing, now: int) -> None:
        """It is offered at a price, or still is, at this one or another."""
        if name in self.closed:
            return
        before = self.open.pop(name, None)
        if before is None:
            self.value.seen(listing.thing)
            if not listing.advised:
                row = self.value.row(listing.thing, add=True)
                self.value.asked(row, log_one(float(max(listing.asked, 1))))
            self.open[name] = listing
        else:
            learnt = self.until(before, now, False)
            self.open[name] = listing._replace(since=learnt.since, learnt_to=learnt.learnt_to)
        if len(self.open) > MOST_OPEN:
            del self.open[next(iter(self.open))]

    def end(self, name: str, listing: ListedThing, ending: Ending) -> None:
        """It has left the market; `listing` is what its last record says of it."""
        if name in self.closed:
            return
        before = self.open.pop(name, None)
        if before is None:
            self.value.seen(listing.thing)
            before = listing
        self.until(before, ending.at, ending.price is not None)
        if ending.price is not None:
            self.sold(listing.thing, ending.price)
        self.closed[name] = None
        if len(self.closed) > MOST_CLOSED:
            del self.closed[next(iter(self.closed))]

    def sold(self, thing: Item, price: int) -> None:
        """Learn what one was sold for, minor units."""
        row = self.value.row(thing, add=True)
        self.value.sold(thing, row, log_one(float(max(price, 1))))

    def pass_day(self, now: int) -> None:
        """A day has passed: what is on offer has not sold, and the market has moved."""
        self.value.drift()
        self.sale.drift()
        self.open = {name: self.until(each, now, False) for name, each in self.open.items()}

    def set_back(self, now: int) -> None:
        """Nothing was listed or learnt later than `now`, ms."""
        self.open = {
            name: each._replace(since=min(each.since, now), learnt_to=min(each.learnt_to, now))
            for name, each in self.open.items()
        }

    def until(self, listing: ListedThing, now: int, sold: bool) -> ListedThing:
        """Learn that a thing was on offer until `now`, ms, and whether it sold then."""
        end = max(now, listing.learnt_to)
        if end == listing.learnt_to and not sold:
            return listing
        estimate = self.value.estimate(self.value.row(listing.thing, add=False))
        if estimate.familiar:
            days = (listing.learnt_to - listing.since) / DAY, (end - listing.since) / DAY
            row = self.sale.row(listing.thing, add=True)
            log_ratio = log_one(float(max(listing.asked, 1))) - estimate.mean
            self.sale.learn(row, Offered(log_ratio, listing.advised), days, sold)
        return listing._replace(learnt_to=end)
