"""The topic registry. A new topic is one file with its record, and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from pydantic import TypeAdapter

from schemas.records import record as records
from schemas.records.baskets.basket_lines import BasketLines
from schemas.records.baskets.recommendations import Recommendation
from schemas.records.dead_letters import DeadLetterHeaders
from schemas.records.demand.category_evidence import CategoryEvidence
from schemas.records.demand.demand_forecasts import DemandForecast
from schemas.records.demand.demand_observations import DemandObservation
from schemas.records.demand.elasticities import Elasticities
from schemas.records.demand.model_updates import ModelUpdate
from schemas.records.policy.pricing_policies import Policy
from schemas.records.prices.price_changes import PriceChange
from schemas.records.prices.price_decisions import PriceDecision
from schemas.records.prices.price_offers import PriceOffer
from schemas.records.prices.pricing_alerts import PricingAlert
from schemas.records.prices.promotion_plans import PromotionPlan
from schemas.records.prices.promotion_results import PromotionResult
from schemas.records.pricing_control import PricingControl
from schemas.records.quarantined import Quarantined, Redriven
from schemas.records.second_hand.market_listings import MarketListing
from schemas.records.second_hand.price_suggestions import PriceSuggestion
from schemas.records.shop.clickstream import Click
from schemas.records.shop.competitor_prices import CompetitorPrice
from schemas.records.shop.inventory import Inventory
from schemas.records.shop.orders import Order
from schemas.records.shop.price_acks import PriceAck
from schemas.records.shop.products import Product
from schemas.records.shop.promotions import Promotion
from schemas.records.wholesale.contract_prices import ContractPrice
from schemas.records.wholesale.price_quotes import PriceQuote
from schemas.records.wholesale.quote_lines import QuoteLines
from schemas.records.wholesale.quote_outcomes import QuoteOutcome
from schemas.records.wholesale.quote_requests import QuoteRequest
from schemas.values.instants import DAY

#: Part of the determinism: fixed when a topic is created, whatever the number of workers.
PARTITIONS = 8

#: Kafka's own default for one record, which producers outside are set to.
ONE_RECORD = 1_048_588

#: A dead letter holds a record of the largest size plus its headers, and one model's part or one
#: batch of the journal is a few megabytes at most.
LARGE_RECORD = 8 * ONE_RECORD


@dataclass(frozen=True)
class Topic:
    """One topic and its settings.

    `record` is its value's model (for dead letters, of the headers), None where it is binary.
    `key` names the fields whose values, joined by `|`, are the key; where it is empty, the key is
    free or none. `broadcast` topics concern every partition of the journal: they have one
    partition, and so one order. `append_time` records bear the broker's time, not their writers'.
    `retention_ms` None keeps records for ever.

    No input is compacted: Kafka refuses records without a key on a topic that is, and a producer
    that does not look would lose them in silence.
    """

    name: str
    direction: Literal["in", "out", "internal"]
    record: Any
    key: tuple[str, ...] = ()
    retention_ms: int | None = 14 * DAY
    compacted: bool = False
    append_time: bool = False
    broadcast: bool = False
    max_message_bytes: int = ONE_RECORD

    @property
    def partitions(self) -> int:
        """The default number of partitions."""
        return 1 if self.broadcast else PARTITIONS

    @property
    def settings(self) -> dict[str, str]:
        """The topic's settings as Kafka names them."""
        kept = -1 if self.retention_ms is None else self.retention_ms
        timed = {"message.timestamp.type": "LogAppendTime"} if self.append_time else {}
        return {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "max.message.bytes": str(self.max_message_bytes),
            **timed,
            "retention.ms": str(kept),
        }

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """Validates one value (for dead letters, the headers)."""
        return TypeAdapter(self.record)

    def key_of(self, fields: Mapping[str, Any]) -> str | None:
        """The key of a record with these fields; None where it has none, or the key is free.

        A `|` or `\\` inside a field is escaped by `\\` where the key joins several fields.

        >>> TOPICS["price-changes"].key_of({"sku": "a|b", "channel": "web"})
        'a\\\\|b|web'
        """
        if len(self.key) <= 1:
            return fields.get(self.key[0]) if self.key else None
        parts = (str(fields[name]).replace("\\", "\\\\").replace("|", "\\|") for name in self.key)
        return "|".join(parts)


_SKU = ("sku",)
_OFFER = ("sku", "channel")
_FOR_EVER = None

_ALL = (
    Topic("orders", "in", Order),
    Topic("competitor-prices", "in", CompetitorPrice, _SKU),
    Topic("clickstream", "in", Click, _SKU),
    Topic("products", "in", Product, _SKU, _FOR_EVER),
    Topic("inventory", "in", Inventory, _SKU),
    Topic("promotions", "in", Promotion, ("promotion_id",), _FOR_EVER, broadcast=True),
    Topic("pricing-policies", "in", Policy, ("policy_id",), _FOR_EVER, broadcast=True),
    Topic("price-acks", "in", PriceAck, _SKU),
    Topic("demand-forecasts", "in", DemandForecast, _SKU),
    Topic("contract-prices", "in", ContractPrice, _SKU, _FOR_EVER),
    Topic("quote-requests", "in", QuoteRequest, ("quote_id",), 400 * DAY, broadcast=True),
    Topic("quote-outcomes", "in", QuoteOutcome, ("quote_id",), 400 * DAY, broadcast=True),
    Topic("market-listings", "in", MarketListing, ("listing_id",), broadcast=True),
    Topic("pricing-control", "in", PricingControl, _SKU, broadcast=True),
    Topic("price-changes", "out", PriceChange, _OFFER, _FOR_EVER, compacted=True),
    Topic("price-decisions", "out", PriceDecision, _SKU, 400 * DAY),
    Topic("price-offers", "out", PriceOffer, _SKU, 90 * DAY),
    Topic("price-quotes", "out", PriceQuote, ("quote_id",), 400 * DAY),
    Topic("price-suggestions", "out", PriceSuggestion, ("listing_id",), 90 * DAY),
    Topic("recommendations", "out", Recommendation, (), 30 * DAY),
    Topic("promotion-plans", "out", PromotionPlan, _SKU, 90 * DAY),
    Topic("promotion-results", "out", PromotionResult, _SKU, 400 * DAY),
    Topic("demand-observations", "out", DemandObservation, _SKU, 800 * DAY),
    Topic("elasticities", "out", Elasticities, ("scope", "key"), _FOR_EVER, compacted=True),
    Topic("pricing-alerts", "out", PricingAlert, _SKU, 90 * DAY),
    Topic("dead-letters", "out", DeadLetterHeaders, (), 30 * DAY, max_message_bytes=LARGE_RECORD),
    Topic(
        "model-updates",
        "out",
        ModelUpdate,
        ("model",),
        400 * DAY,
        broadcast=True,
        max_message_bytes=LARGE_RECORD,
    ),
    Topic("product-currencies", "internal", None, (), _FOR_EVER, compacted=True, broadcast=True),
    Topic("category-evidence", "internal", CategoryEvidence, broadcast=True),
    Topic("quote-lines", "internal", QuoteLines, ("quote_id",), broadcast=True),
    Topic("basket-lines", "internal", BasketLines, broadcast=True),
    Topic(
        "pricing-quarantine",
        "internal",
        Quarantined,
        ("partition", "offset", "index"),
        _FOR_EVER,
        compacted=True,
    ),
    Topic(
        "pricing-redriven",
        "internal",
        Redriven,
        ("topic", "partition", "offset"),
        400 * DAY,
        broadcast=True,
    ),
    Topic(
        "pricing-journal",
        "internal",
        None,
        (),
        30 * DAY,
        append_time=True,
        max_message_bytes=LARGE_RECORD,
    ),
    Topic(
        "pricing-snapshots",
        "internal",
        None,
        (),
        _FOR_EVER,
        compacted=True,
        max_message_bytes=LARGE_RECORD,
    ),
)

#: Every topic, by name.
TOPICS: dict[str, Topic] = {topic.name: topic for topic in _ALL}


def topic(name: str) -> Topic:
    """The topic of that name; ValueError, listing them all, where there is none."""
    try:
        return TOPICS[name]
    except KeyError:
        raise ValueError(f"unknown topic {name!r}; topics are {', '.join(TOPICS)}") from None


def decode(name: str, value: bytes) -> Any:
    """The record that `value` of topic `name` holds; RecordError, naming the field, if none."""
    return records.decode(topic(name).adapter, value)
