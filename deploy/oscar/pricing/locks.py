"""Prices that hold for whoever has put a product into the basket."""

import time

from django.conf import settings

from streams.client import PriceLocks, Quote

LOCKS = PriceLocks(settings.SECRET_KEY.encode(), settings.PRICE_HOLD_MS)


def now_ms():
    """The shop's clock, ms."""
    return time.time_ns() // 1_000_000


def quote(stockrecord):
    """What the shelf says now."""
    shown = getattr(stockrecord, "shown", None)
    return Quote(
        stockrecord.partner_sku,
        "web",
        price=stockrecord.price,
        currency=stockrecord.price_currency,
        decision_id="" if shown is None else shown.decision_id,
        public_price=stockrecord.price,
        revision=0 if shown is None else shown.revision,
        lowest_prior_price_30d=None,
    )
