"""Recorded personal prices beside the public ones, and what their customers had agreed to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import msgspec

from online_models.pricing.state.shoppers import USUAL_SEGMENT
from schemas.records.policy.pricing_policies import Policy
from schemas.records.record import RecordError
from schemas.records.shop.orders import Order
from schemas.records.shop.products import Product
from schemas.topics import decode
from schemas.values.instants import to_ms
from streams.ingest.hashing import KeyedHash
from streams.recording.entry import Entry, RecordingError
from streams.recording.reader import Recording
from streams.studies.fairness.uplift import UpliftSource

NEEDED = ("price-offers", "price-decisions")
USED = (*NEEDED, "orders", "products", "pricing-policies")
#: What a group is called where a record names none.
UNNAMED = "(none)"


class _PublicPrice(msgspec.Struct):
    decision_id: str
    price: str
    previous_price: str | None
    outcome: str


class _Step(msgspec.Struct):
    rule: str
    output: str


class _OfferedPrice(msgspec.Struct):
    sku: str
    channel: str
    segment: str
    price: str
    valid_from: str
    decision_id: str
    disclosure: str | None = None
    customer: str | None = None
    cluster: int | None = None
    propensity: float | None = None
    explanation: list[_Step] | None = None


class Personal(NamedTuple):
    """One personal price: whom it was for (a keyed hash), what it took off the public price (a
    share, negative where it was above), the groups it belongs to, and whether it was disclosed.
    """

    customer: str
    discount: float
    groups: dict[str, str]
    disclosed: bool
    at: int


@dataclass
class PersonalPrices:
    """What a recording has of them.

    agreed: each customer's orders as (ms, whether they agreed to personal prices). unknown: how
        many personal prices have no decision in the recording. first_learnt: ms of each segment's
        first offer whose discount was learnt; uplift: what is needed to say what these brought.
    """

    personal: list[Personal] = field(default_factory=list)
    agreed: dict[str, list[tuple[int, bool]]] = field(default_factory=dict)
    segments: dict[str, str] = field(default_factory=dict)
    unknown: int = 0
    uplift: UpliftSource = field(default_factory=UpliftSource)
    first_learnt: dict[str, int] = field(default_factory=dict)

    def consent(self, price: Personal) -> bool | None:
        """Whether a customer's last order before a price agreed; None where none is recorded."""
        before = [agreed for at, agreed in self.agreed.get(price.customer, ()) if at <= price.at]
        return before[-1] if before else None


def personal_prices(paths: list[Path], key: bytes) -> PersonalPrices:
    """Read recordings; customers are hashed under `key`, as the pricer does.

    RecordingError where a needed topic is missing, or a record is not the pricer's.
    """
    entries = Recording(paths, USED)
    missing = [topic for topic in NEEDED if topic not in entries.topics]
    if missing:
        raise RecordingError(f"no {' and no '.join(missing)} in the recording")
    try:
        return _collected(entries, key)
    except msgspec.DecodeError as error:
        raise RecordingError(f"a record is not the pricer's: {error}") from error


def _collected(entries: Iterable[Entry], key: bytes) -> PersonalPrices:
    found, hashed = PersonalPrices(), KeyedHash(key, "customer")
    public: dict[str, str] = {}
    categories: dict[str, str] = {}
    offers: list[_OfferedPrice] = []
    for entry in entries:
        if entry.value is None:
            continue
        if entry.topic == "price-decisions":
            decision = msgspec.json.decode(entry.value, type=_PublicPrice)
            shown = decision.previous_price if decision.outcome == "proposed" else decision.price
            public[decision.decision_id] = shown or decision.price
        elif entry.topic == "price-offers":
            offer = msgspec.json.decode(entry.value, type=_OfferedPrice)
            if offer.customer is not None:
                offers.append(offer)
        else:
            _input(found, hashed, categories, entry)
    for offer in offers:
        if offer.cluster is not None and offer.propensity is None:
            continue  # an offer made before, said again
        price = public.get(offer.decision_id)
        if offer.explanation and offer.explanation[0].rule == "public_price":
            price = offer.explanation[0].output
        if price is None or offer.customer is None:
            found.unknown += 1
            continue
        category = categories.get(offer.sku, UNNAMED)
        groups = {"segment": offer.segment, "channel": offer.channel, "category": category}
        discount = 1.0 - float(offer.price) / float(price)
        disclosed = bool(offer.disclosure)
        at = to_ms(offer.valid_from)
        if offer.cluster is not None:
            groups["cluster"] = str(offer.cluster)
            first = found.first_learnt.get(offer.segment, at)
            found.first_learnt[offer.segment] = min(first, at)
        found.personal.append(Personal(offer.customer, discount, groups, disclosed, at))
    for orders in found.agreed.values():
        orders.sort()
    return found


def _input(
    found: PersonalPrices, hashed: KeyedHash, categories: dict[str, str], entry: Entry
) -> None:
    """Take an order's consent or a product's category; what ingest would refuse is left out."""
    try:
        record = decode(entry.topic, entry.value or b"")
    except RecordError:
        return
    if isinstance(record, Product):
        categories[record.sku] = record.category
        found.uplift.products[record.sku] = record
    elif isinstance(record, Policy):
        found.uplift.policies[record.policy_id] = record
    elif isinstance(record, Order) and record.customer_id is not None:
        customer = hashed.text(record.customer_id)
        at = entry.timestamp if record.time is None else record.time
        found.agreed.setdefault(customer, []).append((at, record.personal_prices))
        segment = record.segment or USUAL_SEGMENT
        found.segments[customer] = segment
        found.uplift.sold(record, hashed[record.customer_id], segment, at)
