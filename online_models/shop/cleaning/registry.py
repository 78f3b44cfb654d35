"""The detectors, in the order in which they judge; a new one is a file and a line here."""

from __future__ import annotations

from online_models.shop.cleaning.bulk_orders import BulkOrders
from online_models.shop.cleaning.click_bursts import ClickBursts
from online_models.shop.cleaning.click_hammering import ClickHammering
from online_models.shop.cleaning.competitor_prices import RivalSpikes, RivalUnitMixups
from online_models.shop.cleaning.detector import ClickDetector, LineDetector, RivalDetector
from online_models.shop.cleaning.impossible_prices import PaidPrices, ShownPrices

LINES: tuple[type[LineDetector], ...] = (BulkOrders, PaidPrices)
CLICKS: tuple[type[ClickDetector], ...] = (ClickBursts, ClickHammering, ShownPrices)
RIVALS: tuple[type[RivalDetector], ...] = (RivalUnitMixups, RivalSpikes)
