"""The slow topics: validated one by one, carried into the journal as they came."""

from __future__ import annotations

from itertools import islice
from typing import Any

import msgspec

from online_models.journal.batch import FORCED, UNKNOWN_FIELDS, Fact, Kind
from schemas.records.policy.pricing_policies import Policy
from schemas.records.pricing_control import SetTime, decision_named
from schemas.records.record import RecordError, document
from schemas.records.second_hand.market_listings import MarketListing
from schemas.topics import decode
from schemas.values.limits import LONGEST_NAME
from streams.configuration.unknown_fields import unknown_fields
from streams.ingest.border import Border
from streams.ingest.gathered import Gathered
from streams.ingest.hashing import public_hash
from streams.kafka.kafka_record import KafkaRecord

#: Slow topics whose records are upserts by key: no value means that the key is gone.
UPSERTS = ("products", "promotions", "pricing-policies")
#: Unknown fields of a policy that are told: whoever wrote more has not meant a policy.
MOST_UNKNOWN = 10
#: The timestamp of a record without one.
NO_TIME = -1
#: Slow topics that the pricer itself writes: large, and always in one form.
OWN = ("model-updates", "category-evidence", "quote-lines", "basket-lines")
SLOW = (
    "products",
    "inventory",
    "price-acks",
    "demand-forecasts",
    "market-listings",
    "promotions",
    "pricing-policies",
    "contract-prices",
    "quote-requests",
    "quote-outcomes",
    "pricing-control",
    "model-updates",
    "category-evidence",
    "quote-lines",
    "basket-lines",
)


def gather(record: KafkaRecord, place: int, gathered: Gathered, border: Border) -> None:
    """Append the event of one slow record; RecordError says what is wrong with it."""
    if record.value is None:
        if record.topic not in UPSERTS:
            raise RecordError("no value")
        key = _key(record)
        sku = key if record.topic == "products" else None
        fact = Fact(record.topic, key, None)
        _append(gathered, place, record.timestamp, sku, 0, gathered.fact(fact), Kind.FACT, 0)
        return
    model = decode(record.topic, record.value)
    time = getattr(model, "time", None)
    if time is None and isinstance(model, MarketListing):
        time = model.last_instant
    tick = getattr(model, "kind", None) == "tick"
    stamp = record.timestamp if tick else min(record.timestamp, border.latest())
    at = stamp if time is None else time
    # a record that needs no time of its own counts from the moment at which it is read
    error = border.refuses(at, stamp) if tick or at != NO_TIME else None
    if error is None and isinstance(model, SetTime):
        error = border.refuses(model.to, NO_TIME)
    if error:
        raise RecordError(error)
    identity, event_id = 0, getattr(model, "event_id", None)
    if event_id is not None:
        identity = public_hash(f"{record.topic}\0{event_id}")
    if tick:
        _append(gathered, place, at, None, identity, -1, Kind.TICK, FORCED)
        return
    _check_currency(model, border)
    if record.topic == "products":
        border.currencies.of_sku[model.sku] = model.currency
    # whatever names no SKU concerns every partition, and a comparable does though it may name one
    concerned = None if isinstance(model, MarketListing) else getattr(model, "sku", None)
    value = _kept(model, record, border)
    fact = Fact(record.topic, concerned or decision_named(model), value)
    _append(gathered, place, at, concerned, identity, gathered.fact(fact), Kind.FACT, 0)


def _kept(model: Any, record: KafkaRecord, border: Border) -> bytes:
    """What the journal keeps of a record: it names no customer, and does not depend on how the
    producer wrote it.
    """
    if record.topic in OWN:
        return record.value or b""
    if getattr(model, "customer_id", None) is not None:
        model = model.model_copy(update={"customer_id": border.customer.text(model.customer_id)})
    # `model_dump_json` makes text of the bytes first
    serializer = model.__pydantic_serializer__
    kept = bytes(serializer.to_json(model, exclude_none=True, exclude_unset=True))
    if isinstance(model, Policy):
        raw = document(record.value or b"")
        if unknown := list(islice(unknown_fields(model, raw), MOST_UNKNOWN)):
            said = msgspec.json.encode({UNKNOWN_FIELDS: unknown})
            return kept[:-1] + b"," + said[1:]
    return kept


def _key(record: KafkaRecord) -> str:
    if not record.key:
        raise RecordError("key: a record without a value needs a key to say what is gone")
    try:
        key = record.key.decode()
    except UnicodeDecodeError:
        raise RecordError("key: not UTF-8") from None
    if len(key) > LONGEST_NAME:
        raise RecordError(f"key: {len(key)} characters, more than {LONGEST_NAME} allowed")
    return key


def _check_currency(model: Any, border: Border) -> None:
    currency = getattr(model, "currency", None)
    sku = getattr(model, "sku", None)
    if currency is None or sku is None:
        return
    own = border.currencies.of_sku.get(sku)
    if own not in (None, currency):
        raise RecordError(f"currency: {currency}, but {sku!r} is priced in {own}")


def _append(
    gathered: Gathered,
    place: int,
    time: int,
    sku: str | None,
    identity: int,
    detail: int,
    kind: int,
    flag: int,
) -> None:
    text = gathered.text(sku)
    columns = {"kind": kind, "time": time, "identity": identity, "sku": text, "detail": detail}
    gathered.add(1, place, **columns, flag=flag)
