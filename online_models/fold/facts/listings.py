"""`market-listings`: what others ask and pay for used goods, answered by what to ask."""

from __future__ import annotations

from pydantic import TypeAdapter

from online_models.fold.facts.fact import NOBODY, NOTHING, FactEffect, Handler, Reach
from online_models.fold.state import State
from online_models.journal.batch import Fact
from online_models.journal.partitioning import address
from online_models.pricing.suggestions.suggest import suggestion
from online_models.pricing.suggestions.terms import SuggestionTerms
from online_models.second_hand.item import item
from online_models.second_hand.listings import Ending, ListedThing
from schemas.records.record import decode
from schemas.records.second_hand.market_listings import MarketListing
from schemas.values.fields import ADMITTED
from schemas.values.money import minor_digits, scaled

_LISTING = TypeAdapter(MarketListing)


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Learn from a listing; the partition that its id belongs to says what to ask for it."""
    record: MarketListing = decode(_LISTING, fact.value or b"", ADMITTED)
    known, name = state.pricing.state.second_hand, record.listing_id
    digits = minor_digits(record.currency)
    thing = item(
        record.currency,
        record.category,
        record.condition,
        record.age,
        record.attributes,
        record.sku,
    )
    asked = None if record.asked is None else scaled(record.asked, digits)
    ended = record.sold_at if record.sold_at is not None else record.ended_at
    since = min(record.listed_at, now if ended is None else min(ended, now))
    advised = record.suggestion_id is not None
    if ended is not None:
        sold = record.sold_at is not None
        price = asked if record.sold_for is None else scaled(record.sold_for, digits)
        shown = asked if asked is not None else price
        if shown is not None:
            listing = ListedThing(thing, shown, since, since, advised)
            known.listings.end(name, listing, Ending(min(ended, now), price if sold else None))
        return NOTHING
    if asked is not None:
        known.listings.offer(name, ListedThing(thing, asked, since, since, advised), now)
    if address(name) % state.settings.partitions != state.settings.partition:
        return NOTHING
    known.suggestions += 1
    terms = SuggestionTerms.of(state.pricing.book, record)
    answer = suggestion(known.listings, terms, record, thing, known.suggestions, now)
    return FactEffect(NOBODY, [answer])


HANDLER = Handler("market-listings", Reach.ALL, apply, moves_clock=True)
