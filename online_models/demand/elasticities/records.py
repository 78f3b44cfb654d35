"""`elasticities`: once a day, those of the offers and categories that have news."""

from __future__ import annotations

from typing import Any

import msgspec

from online_models.demand.elasticities.feed import NINETY_FIVE, ElasticityFeed, ElasticityNews
from online_models.demand.ensemble.models import DemandModels
from online_models.demand.records.evidence_exchange import EvidenceExchange
from online_models.journal.outputs import Output
from online_models.shop.catalogue import Catalogue
from schemas.topics import TOPICS
from schemas.values.instants import to_text as instant_text

TOPIC = TOPICS["elasticities"]


def elasticity_records(
    feed: ElasticityFeed,
    demand: DemandModels,
    catalogue: Catalogue,
    evidence: EvidenceExchange,
    now: int,
) -> list[Output]:
    """The records due at `now` (ms), offers before categories.

    Of the partitions that share a category, the one with the least name publishes it.
    """
    offers = feed.offers_news(demand, now)
    outputs = []
    for row, value in _values(offers):
        sku, channel = catalogue.offer_name(row)
        key = TOPICS["price-changes"].key_of({"sku": sku, "channel": channel}) or sku
        outputs.append(
            _output({"scope": "offer", "key": key, "sku": sku, "channel": channel}, value, now)
        )
    for row, value in _values(feed.category_news(demand)):
        path = catalogue.category_names[row - 1]
        if evidence.leads(path):
            outputs.append(
                _output({"scope": "category", "key": path, "category": path}, value, now)
            )
    return outputs


def _values(found: ElasticityNews) -> list[tuple[int, dict[str, Any]]]:
    own = _intervals(found.own.tolist(), found.own_deviation.tolist())
    competitors = _intervals(found.competitor.tolist(), found.competitor_deviation.tolist())
    others = _intervals(found.assortment.tolist(), found.assortment_deviation.tolist())
    columns = zip(found.rows.tolist(), own, competitors, others, strict=True)
    return [
        (row, {"own": mine, "competitor": competitor, "assortment": other})
        for row, mine, competitor, other in columns
    ]


def _intervals(means: list[float], deviations: list[float]) -> list[dict[str, float] | None]:
    intervals: list[dict[str, float] | None] = []
    for mean, deviation in zip(means, deviations, strict=True):
        if mean != mean:
            intervals.append(None)
            continue
        half = NINETY_FIVE * deviation
        ends = {"mean": mean, "lower": mean - half, "upper": mean + half}
        intervals.append({name: round(end, 4) for name, end in ends.items()})
    return intervals


def _output(names: dict[str, str], value: dict[str, Any], now: int) -> Output:
    record = {**names, "time": instant_text(now), **value}
    key = str(TOPIC.key_of(record)).encode()
    return Output(TOPIC.name, key, msgspec.json.encode(record), now)
