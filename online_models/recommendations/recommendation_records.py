"""`recommendations` as records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from online_models.journal.outputs import Output
from online_models.recommendations.slots import Slot
from schemas.values.instants import to_text
from schemas.values.limits import MOST_LISTED
from schemas.values.money import minor_digits, texts

TOPIC = "recommendations"
#: What begins the name of a person: whose keyed hash follows.
_KINDS = {"c": "customer", "s": "session"}


class KnownOffer(NamedTuple):
    """An offer as its partition says: price and what a unit leaves in minor units, 0 where it may
    not be recommended.
    """

    sku: str
    channel: str
    currency: str
    price: int
    margin: int


class ChosenItem(NamedTuple):
    """A candidate's place, and why it is one."""

    slot: Slot
    offer: KnownOffer
    reason: str


def recommended(
    person: str,
    number: int,
    basket: Sequence[str],
    chosen: Sequence[ChosenItem],
    held_out: bool,
    now: int,
    until: int,
) -> Output:
    """What a person is shown from `now` to `until`, ms."""
    currency = chosen[0].offer.currency
    value = _head(person, number, now) | {
        "arm": "held_out" if held_out else "recommended",
        "currency": currency,
        "items": [_item(each) for each in chosen if each.slot.shown],
        "withheld": [_item(each) for each in chosen if not each.slot.shown],
        "basket": list(basket)[:MOST_LISTED],
        "valid_until": to_text(until),
    }
    return _output(person, value, now)


def withdrawn(person: str, number: int, now: int) -> Output:
    """Nothing is to be shown to a person any more."""
    value = _head(person, number, now) | {
        "arm": "withdrawn",
        "currency": None,
        "items": [],
        "withheld": [],
        "basket": [],
        "valid_until": to_text(now),
    }
    return _output(person, value, now)


def _head(person: str, number: int, now: int) -> dict[str, Any]:
    return {
        "recommendation_id": f"{person}-{number}",
        _KINDS[person[0]]: person[1:],
        "valid_from": to_text(now),
        "time": to_text(now),
    }


def _item(each: ChosenItem) -> dict[str, Any]:
    candidate, offer = each.slot.candidate, each.offer
    digits = minor_digits(offer.currency)
    probability, without = round(candidate.probability, 6), round(candidate.without, 6)
    expected = round(offer.margin * (probability - without))
    price, margin, gain = texts([offer.price, offer.margin, expected], digits)
    return {
        "sku": offer.sku,
        "channel": offer.channel,
        "reason": each.reason,
        "propensity": round(each.slot.propensity, 6),
        "price": price,
        "margin": margin,
        "probability": probability,
        "without": without,
        "expected": gain,
    }


def _output(person: str, value: Mapping[str, Any], now: int) -> Output:
    return Output(TOPIC, person[1:].encode(), msgspec.json.encode(value), now)
