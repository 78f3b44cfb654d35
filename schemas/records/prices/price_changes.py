"""`price-changes`: the changes to apply now, compacted by offer."""

from __future__ import annotations

from schemas.records.prices.decision import PriceRecord


class PriceChange(PriceRecord):
    """`revision` rises by exactly 1 per (sku, channel); drop any that is not above the last."""
