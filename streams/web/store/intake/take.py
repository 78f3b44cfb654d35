"""Records of all topics into the store, together with how far they were read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, Engine

from streams.web.store.database import put, writing
from streams.web.store.intake.demand import (
    take_competitor_prices,
    take_elasticities,
    take_observations,
)
from streams.web.store.intake.documents import take_control, take_documents, take_policies
from streams.web.store.intake.notices import take_alerts, take_dead_letters
from streams.web.store.intake.prices import take_acks, take_changes, take_decisions
from streams.web.store.intake.products import take as take_products
from streams.web.store.intake.record import Taken
from streams.web.store.intake.used_goods import take_listings, take_suggestions
from streams.web.store.intake.wholesale import (
    take_contracts,
    take_outcomes,
    take_price_offers,
    take_quotes,
    take_requests,
)
from streams.web.store.tables import positions

#: In the order in which a round of reading is taken in: an acknowledgement finds its change.
TOPICS: dict[str, Callable[[Connection, Sequence[Taken]], None]] = {
    "products": take_products,
    "pricing-policies": take_policies,
    "price-changes": take_changes,
    "price-decisions": take_decisions,
    "price-acks": take_acks,
    "demand-observations": take_observations,
    "competitor-prices": take_competitor_prices,
    "elasticities": take_elasticities,
    "pricing-control": take_control,
    "promotions": take_documents,
    "promotion-plans": take_documents,
    "recommendations": take_documents,
    "model-updates": take_documents,
    "price-offers": take_price_offers,
    "contract-prices": take_contracts,
    "quote-requests": take_requests,
    "price-quotes": take_quotes,
    "quote-outcomes": take_outcomes,
    "market-listings": take_listings,
    "price-suggestions": take_suggestions,
    "pricing-alerts": take_alerts,
    "dead-letters": take_dead_letters,
}


def take(
    store: Engine,
    records: Sequence[Taken],
    ends: Mapping[tuple[str, int], int],
    topic_ids: Mapping[str, str],
) -> None:
    """One round: its rows and `ends`, (topic, partition) → next offset, in one transaction."""
    by_topic: dict[str, list[Taken]] = {}
    for record in records:
        by_topic.setdefault(record.topic, []).append(record)
    with writing(store).begin() as connection:
        for topic, into in TOPICS.items():
            if topic in by_topic:
                into(connection, by_topic[topic])
        put(
            connection,
            positions,
            [
                {
                    "topic": topic,
                    "partition": partition,
                    "topic_id": topic_ids.get(topic, ""),
                    "offset": offset,
                }
                for (topic, partition), offset in ends.items()
            ],
            by=("topic", "partition"),
        )
