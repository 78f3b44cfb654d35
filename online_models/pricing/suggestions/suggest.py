"""`price-suggestions`: what to ask for a listing, and how soon it then sells."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec

from online_models.journal.outputs import Output
from online_models.journal.partitioning import address
from online_models.numerics.elementary import log_one
from online_models.pricing.strategies.second_hand import within_of
from online_models.pricing.suggestions.terms import SuggestionTerms
from online_models.second_hand.features import FeatureRow
from online_models.second_hand.item import Item, levels
from online_models.second_hand.listings import Listings
from online_models.second_hand.prices import chance, path, promised
from online_models.second_hand.worth import Worth
from schemas.records.second_hand.market_listings import MarketListing
from schemas.values.durations import to_text as duration_text
from schemas.values.instants import DAY, to_text
from schemas.values.money import minor_digits, scaled, texts

TOPIC = "price-suggestions"
AIMS = ("suggested", "quick", "patient")


def suggestion(
    listings: Listings,
    terms: SuggestionTerms,
    listing: MarketListing,
    thing: Item,
    number: int,
    now: int,
) -> Output:
    """The record for a listing that is not sold; `number` is its own among all of the partition."""
    digits = minor_digits(listing.currency)
    estimate = listings.value.estimate(listings.value.row(thing, add=False))
    sales = listings.value.sales.get(levels(thing.category)[-1], 0)
    value: dict[str, Any] = {
        "suggestion_id": _identity(listing.listing_id, number),
        "listing_id": listing.listing_id,
        "sku": listing.sku,
        "category": listing.category,
        "condition": listing.condition,
        "channel": listing.channel,
        "currency": listing.currency,
        "asked": None if listing.asked is None else _money(scaled(listing.asked, digits), digits),
        "value": None,
        "value_lower": None,
        "value_upper": None,
        "comparables": sales,
        **dict.fromkeys(AIMS),
        "markdown": None,
        "policy_id": terms.policy.policy.policy_id,
        "policy_version": terms.policy.policy.version,
        "reason": "too little is known of things like it",
        "time": to_text(now),
    }
    if estimate.familiar and terms.contradict:
        value["reason"] = "minimum_price and maximum_price contradict each other"
    elif estimate.familiar:
        worth = Worth.of(listings.value.factors(thing))
        asked = _Asked(listings, terms, worth, listings.sale.row(thing, add=False), digits)
        age = max(now - listing.listed_at, 0) / DAY if listing.asked is not None else 0.0
        low, high = estimate.bounds()
        value |= {
            "value": _money(worth.value, digits),
            "value_lower": _money(low, digits),
            "value_upper": _money(high, digits),
            "reason": f"worth {_money(worth.value, digits)} by {sales} sales of its category",
        }
        value |= {aim: asked.promise(aim, age) for aim in AIMS}
        if listing.sell_by is not None and listing.sell_by > now:
            value["markdown"] = asked.markdown(age, now, listing.sell_by)
    return Output(TOPIC, listing.listing_id.encode(), msgspec.json.encode(value), now)


class _Asked:
    """Prices for one thing, within its bounds."""

    def __init__(
        self, listings: Listings, terms: SuggestionTerms, worth: Worth, row: FeatureRow, digits: int
    ) -> None:
        self._sale = listings.sale
        self._terms = terms
        self._worth = worth
        self._row = row
        self._digits = digits

    def promise(self, aim: str, age: float) -> dict[str, Any]:
        """The price of an aim, and the probability that it then sells in time."""
        within = within_of(self._terms.entry, aim)
        wanted = float(self._terms.entry.probability)
        ratio, raw_probability = promised(self._sale, self._row, age, within / DAY, wanted)
        price, steps = self._bounded(ratio, aim, within, raw_probability)
        probability = self._chance(price, age, within / DAY)
        return {
            "price": _money(price, self._digits),
            "within": duration_text(within),
            "probability": round(probability, 4),
            "explanation": steps,
        }

    def markdown(self, age: float, now: int, sell_by: int) -> dict[str, Any]:
        """The path of prices until a date."""
        days = (sell_by - now) / DAY
        found = path(self._sale, self._row, age, days, float(self._terms.entry.salvage))
        ends = [step.day for step in found[1:]] + [days]
        steps, left = [], 1.0
        for step, end in zip(found, ends, strict=True):
            price = self._terms.bounded(self._worth.price(step.ratio)).price
            probability = self._chance(price, age + step.day, end - step.day)
            left *= 1.0 - probability
            steps.append(
                {
                    "valid_from": to_text(now + round(step.day * DAY)),
                    "price": _money(price, self._digits),
                    "probability": round(probability, 4),
                }
            )
        return {"sell_by": to_text(sell_by), "probability": round(1.0 - left, 4), "steps": steps}

    def _bounded(
        self, ratio: int, aim: str, within: int, probability: float
    ) -> tuple[int, list[dict[str, Any]]]:
        raw = self._worth.price(ratio)
        detail = {
            **self._worth.detail(ratio, self._digits),
            "aim": aim,
            "within": duration_text(within),
            "probability": round(probability, 4),
        }
        first = {
            "rule": self._terms.entry.kind,
            "input": None,
            "output": _money(raw, self._digits),
            "detail": {"worth": detail},
        }
        price, steps = self._terms.bounded(raw)
        return price, [first, *steps]

    def _chance(self, price: int, age: float, days: float) -> float:
        log_ratio = log_one(price / self._worth.value)
        return chance(self._sale, self._row, log_ratio, age, days)


def _identity(listing_id: str, number: int) -> str:
    named = blake2b(listing_id.encode(), digest_size=8).hexdigest()
    return f"{address(listing_id):08x}{named}-{number}"


def _money(amount: int, digits: int) -> str:
    return texts([amount], digits)[0]
