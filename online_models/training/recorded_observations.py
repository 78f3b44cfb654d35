"""Recorded `demand-observations` and `products` as observations of offers."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

import numpy as np

from online_models.demand.inputs.observations import ATTRIBUTES, Observations
from online_models.demand.networks.levels import Offers, words
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import log
from online_models.shop.catalogue import Interner
from schemas.records.record import RecordError
from schemas.values.instants import to_ms
from schemas.values.money import minor_digits, to_minor

#: Where neither the observation nor the product states its currency: two minor digits.
DEFAULT_CURRENCY = "EUR"
#: Where a product names no channel.
DEFAULT_CHANNEL = "web"

#: Columns of the windows in memory, by their kind: 93 bytes a window.
_COLUMNS = {
    "offer": "q",
    "start": "q",
    "end": "q",
    "units": "d",
    "views": "d",
    "price": "d",
    "competitor_price": "d",
    "promotion": "d",
    "promoted": "d",
    "available": "d",
    "orders": "d",
    "stocked_out": "b",
    "promotion_number": "i",
}
#: Features of an observation that are no attributes of its promotion.
_OWN = {"carts", "promotion_depth", "available", "orders", "bulk_units", "bot_views"}


class RecordedObservations:
    """Collects records in any order; `observations` gives them as columns.

    >>> panel = RecordedObservations()
    >>> panel.product({"sku": "a", "name": "Espresso", "currency": "EUR", "price": "9.99",
    ...                "category": "food/coffee"})
    >>> panel.observe({"sku": "a", "channel": "web", "bucket_start": "2024-05-01T00:00:00Z",
    ...                "bucket_end": "2024-05-02T00:00:00Z", "units": 3, "views": 40,
    ...                "price": "9.99", "stocked_out": False})
    >>> panel.observations().price.tolist()
    [999.0]
    """

    def __init__(self) -> None:
        self.names = Interner()
        self._products: dict[str, Mapping[str, Any]] = {}
        self._retired: set[str] = set()
        self._columns = {name: array(kind) for name, kind in _COLUMNS.items()}
        #: SKU and channel of each offer.
        self.listed: list[tuple[str, str]] = []
        #: Names of promotion attributes, in the order of their places in the fold, and (window,
        #: place, value) of those that are not 0.
        self._attributes = Interner()
        #: Ids of promotions, by the number that windows have.
        self.promotions = Interner()
        self._numbers: list[tuple[int, int, float]] = []

    def __len__(self) -> int:
        return len(self._columns["offer"])

    def product(self, record: Mapping[str, Any]) -> None:
        """Note what a product is; the latest record of a SKU counts."""
        self._products[record["sku"]] = record
        self._retired.discard(record["sku"])

    def retire(self, sku: str) -> None:
        """Note that a product is not sold any more."""
        self._retired.add(sku)

    def observe(self, record: Mapping[str, Any]) -> None:
        """Add one closed window; RecordError where a field is missing or no such value."""
        try:
            row, numbers = self._row(record), self._attributes_of(record)
        except KeyError as error:
            raise RecordError(f"{error.args[0]}: required, but absent") from None
        except (TypeError, ValueError) as error:
            raise RecordError(f"demand observation: {error}") from None
        self._numbers += numbers
        for column, value in zip(self._columns.values(), row, strict=True):
            column.append(value)

    def _attributes_of(self, record: Mapping[str, Any]) -> list[tuple[int, int, float]]:
        features = record.get("features") or {}
        found = [
            (len(self), self._attributes.id(name), float(value))
            for name, value in features.items()
            if name not in _OWN
        ]
        return [number for number in found if number[1] < ATTRIBUTES and number[2] != 0.0]

    def _row(self, record: Mapping[str, Any]) -> tuple[Any, ...]:
        sku = record["sku"]
        offer = self._offer(sku, record["channel"])
        product = self._products.get(sku, {})
        currency = record.get("currency") or _currency(product)
        features, promotion = record.get("features") or {}, record.get("promotion_id")
        return (
            offer,
            to_ms(record["bucket_start"]),
            to_ms(record["bucket_end"]),
            float(record["units"]) - float(features.get("bulk_units", 0.0)),
            float(record["views"]) - float(features.get("bot_views", 0.0)),
            _minor(record.get("price"), currency),
            _minor(record.get("competitor_price"), currency),
            float(features.get("promotion_depth", 0.0)),
            float(promotion is not None),
            float(features.get("available", 1.0)),
            float(features.get("orders", np.nan)),
            int(record["stocked_out"]),
            -1 if promotion is None else self.promotions.id(promotion),
        )

    def _offer(self, sku: str, channel: str) -> int:
        offer = self.names.id(f"{sku}|{channel}")
        if offer == len(self.listed):
            self.listed.append((sku, channel))
        return offer

    def unobserved(self) -> tuple[Ints, Floats]:
        """Listed offers of which no window has been seen, and their first prices in minor units,
        (n,) each; they are among the offers from now on.
        """
        rows, prices = [], []
        observed = len(self.listed)
        for sku, product in self._products.items():
            if sku in self._retired:
                continue
            for channel, listing in (product.get("channels") or {DEFAULT_CHANNEL: {}}).items():
                row = self._offer(sku, channel)
                price = _minor(listing.get("price") or product.get("price"), _currency(product))
                if row >= observed and listing.get("listed", True) and price > 0.0:
                    rows.append(row)
                    prices.append(price)
        return np.array(rows, np.int64), np.array(prices, np.float64)

    def digits(self, offer: int) -> int:
        """Minor digits of an offer's currency."""
        product = self._products.get(self.listed[offer][0], {})
        return minor_digits(_currency(product))

    def observations(self) -> Observations:
        """All windows, by end, then offer; a window that was recorded twice counts once."""
        return self.promoted_observations()[0]

    def promoted_observations(self) -> tuple[Observations, Ints]:
        """The same, and the number of each one's promotion, −1 without any, (n,)."""
        columns = [np.array(column) for column in self._columns.values()]
        offer, start, end = columns[:3]
        order = np.lexsort((offer, start, end))
        repeated = (np.diff(offer[order]) == 0) & (np.diff(start[order]) == 0)
        repeated &= np.diff(end[order]) == 0
        # the last record of a window is its latest revision; the sort is stable
        order = order[np.append(~repeated, True)[: len(order)]]
        (
            offer,
            start,
            end,
            units,
            views,
            price,
            competitor,
            depth,
            promoted,
            available,
            orders,
            out,
            number,
        ) = (column[order] for column in columns)
        attributes = np.zeros((len(self), ATTRIBUTES))
        for window, place, value in self._numbers:
            attributes[window, place] = value
        found = Observations.of(
            offer,
            start,
            units,
            end=end,
            views=views,
            price=price,
            competitor_price=competitor,
            promotion=depth,
            promoted=promoted,
            available=available,
            orders=orders,
            stocked_out=out != 0,
            attributes=attributes[order],
        )
        return found, number.astype(np.int64)

    def offers(self) -> Offers:
        """The offers' descriptions, row by row as in `observations`."""
        offers = Offers()
        for row, sku in enumerate(sku for sku, _ in self.listed):
            product = self._products.get(sku, {})
            price = _minor(product.get("price"), _currency(product))
            tokens = words(
                product.get("name", ""), product.get("brand"), product.get("attributes") or {}
            )
            first = float(log(price)) if price > 0.0 else np.nan
            offers.register(row, sku, product.get("category", ""), tokens, first)
        return offers


def _currency(product: Mapping[str, Any]) -> str:
    return product.get("currency") or DEFAULT_CURRENCY


def _minor(amount: Any, currency: str) -> float:
    return np.nan if amount is None else float(to_minor(amount, currency))
