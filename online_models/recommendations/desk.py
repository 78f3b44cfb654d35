"""The desk that recommends: one for the whole shop, so that it sees whole baskets and all offers.

It is in the first partition of the journal. The other partitions say what was ordered and put into
baskets on `basket-lines`, which reaches the desk by the journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from online_models.journal.outputs import Output
from online_models.numerics.special import uniforms
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved, attribute
from online_models.pricing.state.shoppers import named
from online_models.recommendations.baskets import BasketCandidate, Baskets
from online_models.recommendations.recommendation_records import (
    ChosenItem,
    KnownOffer,
    recommended,
    withdrawn,
)
from online_models.recommendations.response import BASKET, ORDER, Response
from online_models.recommendations.slots import JudgedItem, slots
from schemas.records.baskets.basket_lines import BasketLines
from schemas.records.policy.recommend import Recommend
from schemas.values.instants import DAY, MINUTE

#: ms for which the lines of an order are waited for: partitions speak at their own ticks.
PATIENCE = MINUTE
#: ms for which a basket is remembered that is not ordered.
BASKET_MEMORY = DAY
#: Offers that can be recommended: the first that are sold.
MOST_OFFERS = 100_000
#: ms for which lines may be on their way that name a customer who has withdrawn since.
ON_THEIR_WAY = DAY
#: Persons whose recommendations and baskets are remembered; the oldest give way.
MOST_PERSONS = 100_000
#: Of a basket only the last offers count.
MOST_IN_BASKET = 20
#: What the draws of who is held out are keyed by, beside the seed and the person.
_HOLDOUT = 0x486F6C64


class OpenOrder(NamedTuple):
    """Lines of an order so far: since when, ms, whose (empty: not known), and of which offers."""

    since: int
    person: str
    items: list[int]


class OpenBasket(NamedTuple):
    """When something was put into it last, ms, and the offers in it."""

    time: int
    items: list[int]


class Watched(NamedTuple):
    """A recommendation whose effect is awaited: until when, ms, what led to it, and of each
    candidate the offer, the probability of the baskets, and whether it is shown.
    """

    until: int
    kind: int
    candidates: list[tuple[int, float, bool]]


class Withdrawal(NamedTuple):
    """A withdrawal: how many customers had withdrawn with it, and when, ms."""

    number: int
    time: int


class RecommendationDesk:
    """What is bought together, what recommending brings, and who was recommended what."""

    SAVED = Saved(
        baskets=Part(),
        response=Part(),
        offers=attribute("_offers", list[KnownOffer]),
        orders=attribute("_orders", dict[str, OpenOrder]),
        open_baskets=attribute("_open_baskets", dict[str, OpenBasket]),
        watched=attribute("_watched", dict[str, Watched]),
        withdrawn=attribute("_withdrawn", dict[str, Withdrawal]),
        number=int,
    )
    DERIVED = ("_places",)

    def __init__(self) -> None:
        self.baskets = Baskets()
        self.response = Response()
        self._offers: list[KnownOffer] = []
        self._places: dict[tuple[str, str], int] = {}
        #: By the hash of the order's id.
        self._orders: dict[str, OpenOrder] = {}
        self._open_baskets: dict[str, OpenBasket] = {}
        self._watched: dict[str, Watched] = {}
        #: By customer, for a day: a line that was told before names him no more.
        self._withdrawn: dict[str, Withdrawal] = {}
        #: Of recommendations so far.
        self.number = 0

    def restored(self) -> None:
        """Find the places of the offers again."""
        self._places = {(each.sku, each.channel): i for i, each in enumerate(self._offers)}

    def collect(
        self, said: BasketLines, terms: Recommend | None, seed: int, now: int
    ) -> list[Output]:
        """Take in what a partition tells; who put something into a basket is recommended what goes
        with it at once.
        """
        places = [
            self._place(KnownOffer(o.sku, o.channel, o.currency, o.price, o.margin))
            for o in said.offers
        ]
        touched: dict[str, None] = {}
        for order, person, offer in zip(said.order, said.person, said.offer, strict=True):
            item = places[offer]
            if item < 0:
                continue
            gone = self._withdrawn.get(person)
            if gone is not None and said.withdrawals < gone.number:
                person = ""
            if order:
                before = self._orders.get(order, OpenOrder(now, person, []))
                items = before.items if item in before.items else [*before.items, item]
                self._orders[order] = OpenOrder(before.since, person, items)
            elif person:
                self._taken(person, [item])
                basket = self._open_baskets.pop(person, OpenBasket(now, []))
                items = [*(each for each in basket.items if each != item), item]
                self._open_baskets[person] = OpenBasket(now, items[-MOST_IN_BASKET:])
                touched[person] = None
        while len(self._open_baskets) > MOST_PERSONS:
            del self._open_baskets[next(iter(self._open_baskets))]
        if terms is None:
            return []
        outputs: list[Output] = []
        for person in touched:
            if person in self._open_baskets:
                basket_items = self._open_baskets[person].items
                outputs += self._recommend(person, basket_items, BASKET, terms, seed, now)
        return outputs

    def settle(self, terms: Recommend | None, seed: int, now: int) -> list[Output]:
        """Learn orders whose lines are together, and recommend to their customers; what nobody took
        in time is learnt, too.
        """
        outputs: list[Output] = []
        # what came first is first in each
        while self._orders:
            order, whole = next(iter(self._orders.items()))
            if now - whole.since < PATIENCE:
                break
            del self._orders[order]
            outputs += self._order(whole, terms, seed, now)
        while self._watched:
            person, watched = next(iter(self._watched.items()))
            if now < watched.until:
                break
            self._taken(person, [])
        while self._open_baskets:
            person, basket = next(iter(self._open_baskets.items()))
            if now - basket.time < BASKET_MEMORY:
                break
            del self._open_baskets[person]
        while self._withdrawn:
            person, gone = next(iter(self._withdrawn.items()))
            if now - gone.time < ON_THEIR_WAY:
                break
            del self._withdrawn[person]
        return outputs

    def company(self, orders: int) -> Iterator[tuple[KnownOffer, list[tuple[KnownOffer, float]]]]:
        """Offers of at least so many orders, and how much more probably others are in a basket with
        each than in any.
        """
        for item, found in self.baskets.company(orders):
            yield self._offers[item], [(self._offers[i], probability) for i, probability in found]

    def forget(self, customer: str, withdrawals: int, now: int) -> list[Output]:
        """A customer (keyed hash) withdraws, as one of so many until now: nothing is remembered,
        and nothing is to be shown to him any more.
        """
        who = f"c{customer}"
        self._withdrawn.pop(who, None)
        self._withdrawn[who] = Withdrawal(withdrawals, now)
        self.baskets.forget(who)
        self._open_baskets.pop(who, None)
        for order, each in list(self._orders.items()):
            if each.person == who:
                self._orders[order] = each._replace(person="")
        if self._watched.pop(who, None) is None:
            return []
        self.number += 1
        return [withdrawn(who, self.number, now)]

    def set_back(self, now: int) -> None:
        """Nothing is from later than `now`, ms."""
        self._orders = {k: o._replace(since=min(o.since, now)) for k, o in self._orders.items()}
        self._open_baskets = {
            k: b._replace(time=min(b.time, now)) for k, b in self._open_baskets.items()
        }
        self._withdrawn = {k: w._replace(time=min(w.time, now)) for k, w in self._withdrawn.items()}
        self._watched = {k: w._replace(until=min(w.until, now)) for k, w in self._watched.items()}

    def _order(
        self, whole: OpenOrder, terms: Recommend | None, seed: int, now: int
    ) -> list[Output]:
        """Learn a whole order, and recommend to its customer."""
        person = whole.person or None
        if person is not None:
            self._taken(person, whole.items)
            self._open_baskets.pop(person, None)
        self.baskets.learn(person, whole.items)
        if person is None or terms is None:
            return []
        return self._recommend(person, whole.items, ORDER, terms, seed, now)

    def _place(self, offer: KnownOffer) -> int:
        """The number of an offer, whose terms are those now; −1 where there is no room."""
        place = self._places.get((offer.sku, offer.channel), -1)
        if place >= 0:
            self._offers[place] = offer
        elif len(self._offers) < MOST_OFFERS:
            place = self._places[offer.sku, offer.channel] = len(self._offers)
            self._offers.append(offer)
        return place

    def _taken(self, person: str, items: Sequence[int]) -> None:
        """What a person took next, or nothing in time: that is what the recommendation led to."""
        watched = self._watched.pop(person, None)
        if watched is None:
            return
        for item, anyway, shown in watched.candidates:
            self.response.learn(watched.kind, item, anyway, shown, item in items)

    def _recommend(
        self, person: str, items: Sequence[int], kind: int, terms: Recommend, seed: int, now: int
    ) -> list[Output]:
        self._taken(person, [])
        last = self._offers[items[-1]]
        found = self.baskets.candidates(person, items)
        candidates = {each.item: each for each in found}
        judged = [self._judge(kind, each) for each in found if self._fits(each.item, last)]
        judged = [each for each in judged if each.gain > 0.0]
        who = named(person[1:])
        held_out = float(uniforms(seed, _HOLDOUT, who)[0, 0]) < float(terms.holdout)
        words = (seed, who, self.number)
        chosen = slots(judged, terms.number, float(terms.explore), held_out, words)
        if not chosen:
            return []
        self.number += 1
        until = now + terms.valid_for
        self._watched[person] = Watched(
            until, kind, [(s.candidate.item, s.candidate.anyway, s.shown) for s in chosen]
        )
        while len(self._watched) > MOST_PERSONS:
            del self._watched[next(iter(self._watched))]
        shown = [
            ChosenItem(
                slot,
                self._offers[slot.candidate.item],
                self._reason(candidates[slot.candidate.item], items),
            )
            for slot in chosen
        ]
        names = [self._offers[item].sku for item in items]
        return [recommended(person, self.number, names, shown, held_out, now, until)]

    def _fits(self, item: int, beside: KnownOffer) -> bool:
        offer = self._offers[item]
        alike = offer.currency == beside.currency and offer.channel == beside.channel
        return alike and offer.margin > 0

    def _judge(self, kind: int, each: BasketCandidate) -> JudgedItem:
        shown, without = self.response.expected(kind, each.item, each.probability)
        gain = self._offers[each.item].margin * (shown - without)
        return JudgedItem(each.item, each.probability, shown, without, gain)

    def _reason(self, candidate: BasketCandidate, items: Sequence[int]) -> str:
        """What makes it likely, beyond that it sells."""
        beyond = candidate.probability - candidate.usual
        if candidate.habit > 0.0 and 2.0 * candidate.habit >= beyond:
            return "bought before"
        near = self.baskets.nearest(items, candidate.item)
        if beyond > 0.0 and near is not None:
            return f"bought together with {self._offers[near].sku}"
        return "sells much"
