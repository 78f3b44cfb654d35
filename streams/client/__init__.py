"""What a shop needs of Pricetide's prices, as a library; docs/consumers.md shows how."""

from __future__ import annotations

from streams.client.current import CurrentPrices
from streams.client.customers import customer_hash
from streams.client.feed import PriceFeed
from streams.client.locks import Locked, PriceLocks
from streams.client.prices import Prices, Quote
from streams.client.records import Change, Offer
from streams.configuration.settings import Settings

__all__ = [
    "Change",
    "CurrentPrices",
    "Locked",
    "Offer",
    "PriceFeed",
    "PriceLocks",
    "Prices",
    "Quote",
    "Settings",
    "customer_hash",
]
