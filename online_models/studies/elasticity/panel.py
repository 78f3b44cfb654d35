"""Closed windows of a whole recording as one panel, ready for regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from online_models.demand.inputs.observations import Observations
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.shop.catalogue import Catalogue

#: A window counts where the offer was in stock for at least this part of it.
LEAST_STOCKED = 0.3
#: Nothing is estimated of a product with fewer windows or sales, or at one price.
LEAST_BUCKETS = 12
LEAST_UNITS = 20.0
LEAST_PRICE_DEVIATION = 0.003


@dataclass(frozen=True, slots=True)
class OfferGroups:
    """Product, category and brand of each offer row, dense integers, −1 for none."""

    sku: Ints
    category: Ints
    brand: Ints

    @classmethod
    def of(cls, catalogue: Catalogue) -> OfferGroups:
        """The offer rows of a catalogue."""
        sku = catalogue.offers.sku.astype(np.int64)
        skus = catalogue.skus
        return cls(sku, skus.category[sku].astype(np.int64), skus.brand[sku].astype(np.int64))


@dataclass(frozen=True, slots=True)
class RegressionPanel:
    """Rows by offer, then time; every column has shape (n,).

    `cell` numbers pairs of product and time; `market` pairs of category and time. `previous` is
    the row of the same offer one interval before, −1 where there is none.
    """

    seen: Observations
    log_price: Floats
    exposure: Floats
    offer: Ints
    sku: Ints
    category: Ints
    time: Ints
    cell: Ints
    market: Ints
    previous: Ints
    #: The offer rows behind `offer`, the SKU rows behind `sku`, the ids behind `category`.
    offers: Ints
    products: Ints
    categories: Ints

    def __len__(self) -> int:
        return len(self.offer)


def panel(parts: Sequence[Observations], offers: OfferGroups) -> RegressionPanel | None:
    """The panel of windows with a price and stock, of products that vary enough; None if none."""
    if not parts:
        return None
    columns = [
        np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Observations)
    ]
    seen = Observations(*columns)
    usable = (seen.price > 0.0) & (seen.available >= LEAST_STOCKED) & np.isfinite(seen.price)
    seen = seen.take(usable)
    if not len(seen):
        return None
    seen = seen.take(_informative(seen, offers.sku[seen.offer]))
    if not len(seen):
        return None
    seen = seen.take(np.lexsort((seen.start, seen.offer)))
    rows, offer = np.unique(seen.offer, return_inverse=True)
    products, sku = np.unique(offers.sku[seen.offer], return_inverse=True)
    categories, category = np.unique(offers.category[seen.offer], return_inverse=True)
    _, time = np.unique(seen.start, return_inverse=True)
    _, cell = np.unique(sku * (time.max() + 1) + time, return_inverse=True)
    _, market = np.unique(category * (time.max() + 1) + time, return_inverse=True)
    previous = np.arange(len(seen)) - 1
    follows = np.append(False, (np.diff(offer) == 0) & (seen.start[1:] == seen.end[:-1]))
    return RegressionPanel(
        seen,
        np.log(seen.price),
        seen.days,
        offer,
        sku,
        category,
        time,
        cell,
        market,
        np.where(follows, previous, -1),
        rows,
        products,
        categories,
    )


def _informative(seen: Observations, sku: Ints) -> Flags:
    """Rows of products with enough windows, sales and price moves."""
    groups = int(sku.max()) + 1
    log_price = np.log(seen.price)
    number = np.bincount(sku, minlength=groups)
    units = np.bincount(sku, weights=np.maximum(seen.units, 0.0), minlength=groups)
    offers = int(seen.offer.max()) + 1
    total = np.bincount(seen.offer, weights=log_price, minlength=offers)
    usual = total / np.maximum(np.bincount(seen.offer, minlength=offers), 1)
    moves = log_price - usual[seen.offer]
    scatter = np.bincount(sku, weights=moves * moves, minlength=groups) / np.maximum(number, 1)
    informative: Flags = (
        (number >= LEAST_BUCKETS)
        & (units >= LEAST_UNITS)
        & (scatter >= LEAST_PRICE_DEVIATION * LEAST_PRICE_DEVIATION)
    )
    return informative[sku]
