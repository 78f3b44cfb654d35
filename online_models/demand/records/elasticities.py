"""Which elasticities have moved enough to be published again, and what they are now."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import numpy as np

from online_models.demand.ensemble.models import DemandModels
from online_models.demand.filter.state import COMPETITOR, CROSS, ELASTICITY, packed
from online_models.demand.records.evidence_exchange import EvidenceExchange
from online_models.journal.outputs import Output
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.columns import Columns, column
from online_models.numerics.special import NINETY_FIVE_PERCENT, sum_by
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.shop.catalogue import Catalogue
from schemas.topics import TOPICS
from schemas.values.instants import to_text as instant_text

#: Days an offer must have been seen before its elasticity is published: before, it is the prior.
LEAST_DAYS = 7.0
#: What is worth publishing: a move by this share of the deviation, or a deviation so much smaller.
MOVED, NARROWED = 0.25, 0.9


class PublishedElasticities(Columns):
    """The own elasticity last published of an offer, or of a category row; NaN before."""

    mean: Floats = column(np.float64, np.nan)
    deviation: Floats = column(np.float64, np.nan)

    def news(self, rows: Ints, mean: Floats, deviation: Floats) -> Flags:
        """Mask of the rows worth publishing, which then count as published."""
        before, width = self.mean[rows], self.deviation[rows]
        same = np.abs(mean - before) <= MOVED * width
        same &= (deviation > NARROWED * width) & (deviation < width / NARROWED)
        news: Flags = ~same
        self.mean[rows[news]], self.deviation[rows[news]] = mean[news], deviation[news]
        return news


class ElasticityNews(NamedTuple):
    """Posterior means and standard deviations of rows, each (n,): to the own price, the
    competitors' lowest, and the mean of the category's other offers on the channel (NaN where there
    are none).
    """

    rows: Ints
    own: Floats
    own_deviation: Floats
    competitor: Floats
    competitor_deviation: Floats
    assortment: Floats
    assortment_deviation: Floats

    def take(self, chosen: Flags) -> ElasticityNews:
        """The rows chosen."""
        return ElasticityNews._make(column[chosen] for column in self)


class ElasticityFeed:
    """What was published so far, of offers and of category rows."""

    SAVED = Saved(offers=Part(), categories=Part())

    def __init__(self) -> None:
        self.offers = PublishedElasticities()
        self.categories = PublishedElasticities()

    def offers_news(self, demand: DemandModels, now: int) -> ElasticityNews:
        """Offers that have news at `now` (ms)."""
        state = demand.filter.state
        self.offers.grow(len(state))
        rows = np.flatnonzero(state.days >= LEAST_DAYS)
        row, instants = demand.registry.category_row[rows], np.full(len(rows), now)
        posterior = demand.filter.posterior(rows, row, instants)
        steepness = demand.filter.steepness(rows)
        own, competitor, cross = (
            (factor * posterior.mean[k], factor * np.sqrt(posterior.covariance[packed(k, k)]))
            for k, factor in ((ELASTICITY, steepness), (COMPETITOR, 1.0), (CROSS, 1.0))
        )
        alone = ~demand.filter.siblings.among(row, demand.registry.channel[rows])
        found = ElasticityNews(rows, *own, *competitor, np.where(alone, np.nan, cross[0]), cross[1])
        return found.take(self.offers.news(rows, found.own, found.own_deviation))

    def category_news(self, demand: DemandModels) -> ElasticityNews:
        """Category rows (the mean of their offers) that have news."""
        state, pools = demand.filter.state, demand.filter.pools.shared
        self.categories.grow(len(demand.tree))
        known = np.flatnonzero(state.days >= LEAST_DAYS)
        row = demand.registry.category_row[known]
        known, row = known[row > 0], row[row > 0]
        rows, place, count = np.unique(row, return_inverse=True, return_counts=True)
        steepness = sum_by(place, demand.filter.steepness(known), len(rows)) / count
        own, competitor, cross = (
            (factor * pools.mean[k, rows], factor * np.sqrt(pools.variance[k, rows]))
            for k, factor in ((ELASTICITY, steepness), (COMPETITOR, 1.0), (CROSS, 1.0))
        )
        found = ElasticityNews(rows, *own, *competitor, *cross)
        return found.take(self.categories.news(rows, found.own, found.own_deviation))


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
        half = NINETY_FIVE_PERCENT * deviation
        ends = {"mean": mean, "lower": mean - half, "upper": mean + half}
        intervals.append({name: round(end, 4) for name, end in ends.items()})
    return intervals


def _output(names: dict[str, str], value: dict[str, Any], now: int) -> Output:
    record = {**names, "time": instant_text(now), **value}
    key = str(TOPIC.key_of(record)).encode()
    return Output(TOPIC.name, key, msgspec.json.encode(record), now)
