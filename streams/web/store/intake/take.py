"""Records of all topics into the store, together with how far they were read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, IntegrityError

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
from streams.web.store.tables.shop import positions

logger = logging.getLogger(__name__)

#: Takes records of one topic in.
Intake = Callable[[Connection, Sequence[Taken]], None]
#: What a record leads to that holds what no row can: a number of a hundred digits, a NUL in a text.
UNUSABLE = (DataError, IntegrityError, ValueError, TypeError, OverflowError, RecursionError)

#: In the order in which a round of reading is taken in: an acknowledgement finds its change.
TOPICS: dict[str, Intake] = {
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
    "promotion-results": take_documents,
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
    """One round: its rows and `ends`, (topic, partition) → next offset, in one transaction.

    A record that no row can hold is left out: no writer of a topic ends what people work with.
    """
    by_topic: dict[str, list[Taken]] = {}
    for record in records:
        by_topic.setdefault(record.topic, []).append(record)
    with writing(store).begin() as connection:
        for topic, into in TOPICS.items():
            if topic in by_topic:
                left_out = _take_usable(connection, into, by_topic[topic])
                if left_out:
                    said = "%d records that no page can show, the first of %s at %s"
                    logger.warning(said, len(left_out), topic, left_out[0])
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


def _take_usable(connection: Connection, into: Intake, records: Sequence[Taken]) -> list[str]:
    """Take in what can be; returns where the others lie. Each half of what fails is tried alone."""
    try:
        with connection.begin_nested():
            into(connection, records)
    except UNUSABLE:
        if len(records) == 1:
            return [f"partition {records[0].partition} offset {records[0].offset}"]
        middle = len(records) // 2
        halves = records[:middle], records[middle:]
        return [place for half in halves for place in _take_usable(connection, into, half)]
    return []
