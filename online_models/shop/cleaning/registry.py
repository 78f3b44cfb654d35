"""The detectors, in the order in which they judge; a new one is a file and a line here."""

from __future__ import annotations

from online_models.shop.cleaning.bulk_orders import BulkOrderDetector
from online_models.shop.cleaning.click_bursts import ClickBursts
from online_models.shop.cleaning.click_hammering import ClickHammering
from online_models.shop.cleaning.competitor_prices import CompetitorSpikes, CompetitorUnitMixups
from online_models.shop.cleaning.detector import ClickDetector, CompetitorDetector, LineDetector
from online_models.shop.cleaning.impossible_prices import PaidPrices, ShownPrices

LINE_DETECTORS: tuple[type[LineDetector], ...] = (BulkOrderDetector, PaidPrices)
CLICK_DETECTORS: tuple[type[ClickDetector], ...] = (ClickBursts, ClickHammering, ShownPrices)
COMPETITOR_DETECTORS: tuple[type[CompetitorDetector], ...] = (
    CompetitorUnitMixups,
    CompetitorSpikes,
)
