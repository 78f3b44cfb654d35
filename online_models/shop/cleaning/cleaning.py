"""All detectors of one partition, and what they warn of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.persistence.kinds import Members, Part
from online_models.persistence.saved import Saved, attribute
from online_models.shop.cleaning.bulk_orders import BulkOrderDetector
from online_models.shop.cleaning.click_bursts import ClickBursts
from online_models.shop.cleaning.click_hammering import ClickHammering
from online_models.shop.cleaning.competitor_memory import CompetitorMemory
from online_models.shop.cleaning.competitor_prices import (
    CompetitorSpikes,
    CompetitorUnitMixups,
    implausible,
)
from online_models.shop.cleaning.detector import (
    ClickDetector,
    CompetitorDetector,
    Detector,
    LineDetector,
    Money,
)
from online_models.shop.cleaning.evidence import JudgedClicks, JudgedLines
from online_models.shop.cleaning.impossible_prices import ImpossibleShownPrices, PaidPrices
from online_models.shop.competitors import CompetitorPrices

LINE_DETECTORS: tuple[type[LineDetector], ...] = (BulkOrderDetector, PaidPrices)
CLICK_DETECTORS: tuple[type[ClickDetector], ...] = (
    ClickBursts,
    ClickHammering,
    ImpossibleShownPrices,
)
COMPETITOR_DETECTORS: tuple[type[CompetitorDetector], ...] = (
    CompetitorUnitMixups,
    CompetitorSpikes,
)


Ints = NDArray[np.int64]


class Suspicion(NamedTuple):
    """An alert to be written: about an offer, or about a SKU where `by_sku`."""

    by_sku: bool
    row: int
    kind: str
    message: str
    details: dict[str, Any]


class Cleaning:
    """Judges what comes in; facts stay facts, and only the learner is spared.

    Whatever a verdict depends on changes at ticks (orders, clicks) or with the events of the same
    SKU in their order (competitors' prices).
    """

    SAVED = Saved(
        competitors=attribute("memory", Part()),
        detectors=attribute("detectors_by_name", Members()),
    )

    def __init__(self) -> None:
        self.lines = [build() for build in LINE_DETECTORS]
        self.clicks = [build() for build in CLICK_DETECTORS]
        self.competitors = [build() for build in COMPETITOR_DETECTORS]
        self.memory = CompetitorMemory()
        self._bulk = next(d for d in self.lines if isinstance(d, BulkOrderDetector))

    @property
    def detectors(self) -> list[Detector]:
        """All of them, in the order of the registry."""
        return [*self.lines, *self.clicks, *self.competitors]

    @property
    def detectors_by_name(self) -> dict[str, Detector]:
        """All of them, as a snapshot calls them."""
        return {detector.name: detector for detector in self.detectors}

    def grow(self, offers: int) -> None:
        """Make room for new offers."""
        for detector in (*self.lines, *self.clicks):
            detector.grow(offers)

    def judge_lines(self, offer: Ints, quantity: Ints, price: Ints) -> JudgedLines:
        """Placed order lines with the verdict on them."""
        lines = JudgedLines.of(offer, quantity, price)
        for detector in self.lines:
            detector.judge(lines)
        return lines

    def corrected(self, offer: Ints, quantity: Ints) -> Ints:
        """The excess that cancelled or returned lines take back, (n,)."""
        return self._bulk.corrected(offer, quantity)

    def judge_clicks(
        self, offer: Ints, count: Ints, person: Ints, price: Ints, time: Ints
    ) -> JudgedClicks:
        """Click records with the verdict on them."""
        clicks = JudgedClicks.of(offer, count, person, price, time)
        for detector in self.clicks:
            detector.judge(clicks)
        return clicks

    def held_back(
        self,
        competitors: CompetitorPrices,
        rows: Ints,
        price: Ints,
        catalogue_price: Ints,
        own: Callable[[int], list[int]],
    ) -> NDArray[np.bool_]:
        """Which new prices of distinct entries are not to be used yet, (n,); `catalogue_price`: of
        the products' records (below 1: unknown), `own(sku)`: the merchant's in force. Those under
        the merchant's own name always are.
        """
        theirs = ~competitors.entries.own[rows]
        trusted = self.memory.last(competitors, rows)
        doubtful = theirs & ((trusted <= 0) | implausible(price, catalogue_price))
        for detector in self.competitors:
            doubtful |= theirs & ~detector.passes(price, trusted)
        held = np.zeros(len(rows), dtype=np.bool_)
        for i in doubtful.nonzero()[0].tolist():
            sighting = self.memory.sighting(
                competitors, int(rows[i]), int(price[i]), max(int(catalogue_price[i]), 0), own
            )
            held[i] = any(detector.holds(sighting) for detector in self.competitors)
        self.memory.remember(rows[theirs], price[theirs], held[theirs])
        return held

    def beyond_doubt(
        self, competitors: CompetitorPrices, rows: Ints, price: Ints, catalogue_price: Ints
    ) -> NDArray[np.bool_]:
        """Mask of new prices of known entries, (n,), of which none is held back, in whatever order
        they come and however many are of one entry.
        """
        entries, of = np.unique(rows, return_inverse=True)
        trusted = self.memory.last(competitors, entries)
        low, high = trusted.copy(), trusted.copy()
        np.minimum.at(low, of, price)
        np.maximum.at(high, of, price)
        plain = trusted > 0
        for detector in self.competitors:
            plain &= detector.passes(high, low)
        sure = plain[of] & ~implausible(low[of], catalogue_price)
        sure &= ~implausible(high[of], catalogue_price)
        return np.asarray(sure | competitors.entries.own[rows])

    def settle(self, now: int, prices: Ints) -> None:
        """A tick: what was seen becomes usual. `prices`: in force by offer row, −1: none."""
        for detector in self.detectors:
            detector.settle(now, prices)

    def set_back(self, now: int) -> None:
        """Nothing was warned of later than `now`, ms."""
        for detector in self.detectors:
            last = detector.findings.last_alert_ms
            np.minimum(last, now, out=last)

    def warnings(self, now: int, money: Callable[[bool, int], Money]) -> Iterator[Suspicion]:
        """What to warn of at `now`; `money(by_sku, row)` writes minor units as text."""
        for detector in self.detectors:
            by_sku = detector in self.competitors
            for row, number, value in detector.findings.due(now):
                message, details = detector.describe(row, number, value, money(by_sku, row))
                yield Suspicion(by_sku, row, detector.kind, message, details)
