"""The catalogue of one partition: SKUs, channels, offers, categories, as columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import overload

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.columns import Columns, column
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved

#: Money that is not given: no list price, no minimum advertised price.
NO_PRICE = -1
#: An instant that never comes, and one before all others (ms since the epoch).
NEVER = np.iinfo(np.int64).max
ALWAYS = np.iinfo(np.int64).min
ROLES = ("kvi", "core", "long_tail")
PPM = 1_000_000


#: SKUs of a partition that events may name before a product record does, so that what came first
#: counts once the record comes; and channels that events alone may name. Events that name more are
#: ignored: a feed of inventions must not fill the memory.
MOST_STRAYS, MOST_CHANNELS = 10_000, 1_000


@overload
def kept_share(tax_ppm: int, fee_ppm: int) -> float: ...
@overload
def kept_share(tax_ppm: Ints, fee_ppm: Ints) -> Floats: ...
def kept_share(tax_ppm: int | Ints, fee_ppm: int | Ints) -> float | Floats:
    """The share of a gross price that is left after tax and the channel's fee.

    >>> kept_share(250_000, 100_000)
    0.7000000000000001
    """
    kept: float | Floats = PPM / (PPM + tax_ppm) - fee_ppm / PPM
    return kept


class Interner:
    """Text ↔ dense integer, in order of first appearance."""

    SAVED = Saved(names=list[str])
    DERIVED = ("index",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names: list[str] = list(names)
        self.index: dict[str, int] = {}
        self.restored()

    def restored(self) -> None:
        """Index the names."""
        self.index = {name: i for i, name in enumerate(self.names)}

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, i: int) -> str:
        return self.names[i]

    def id(self, name: str) -> int:
        """The integer of `name`, which is added where it is new."""
        found = self.index.get(name)
        if found is None:
            found = self.index[name] = len(self.names)
            self.names.append(name)
        return found

    def ids(self, names: Iterable[str]) -> NDArray[np.int64]:
        """Integers of many names, shape (n,)."""
        return np.array([self.id(name) for name in names], dtype=np.int64)


class SkuColumns(Columns):
    """One row per SKU. Money in minor units, rates in parts per million, instants in ms.

    `stray`: an event named it, and no product record yet. `price` and `cost` hold on channels for
    which the product names no others.
    """

    known: NDArray[np.bool_] = column(np.bool_, False)
    stray: NDArray[np.bool_] = column(np.bool_, False)
    retired: NDArray[np.bool_] = column(np.bool_, False)
    digits: NDArray[np.int8] = column(np.int8, 2)
    currency: NDArray[np.int32] = column(np.int32, -1)
    category: NDArray[np.int32] = column(np.int32, -1)
    brand: NDArray[np.int32] = column(np.int32, -1)
    role: NDArray[np.int8] = column(np.int8, 1)
    tax_ppm: NDArray[np.int64] = column(np.int64, 0)
    price: NDArray[np.int64] = column(np.int64, NO_PRICE)
    cost: NDArray[np.int64] = column(np.int64, 0)
    list_price: NDArray[np.int64] = column(np.int64, NO_PRICE)
    map_price: NDArray[np.int64] = column(np.int64, NO_PRICE)
    launched_at: NDArray[np.int64] = column(np.int64, ALWAYS)
    ends_at: NDArray[np.int64] = column(np.int64, NEVER)


class OfferColumns(Columns):
    """One row per offer (SKU × channel). `catalogue_price` is what the product record says."""

    sku: NDArray[np.int32] = column(np.int32, -1)
    channel: NDArray[np.int32] = column(np.int32, -1)
    listed: NDArray[np.bool_] = column(np.bool_, False)
    cost: NDArray[np.int64] = column(np.int64, 0)
    fee_ppm: NDArray[np.int64] = column(np.int64, 0)
    fee_fixed: NDArray[np.int64] = column(np.int64, 0)
    catalogue_price: NDArray[np.int64] = column(np.int64, NO_PRICE)


class Catalogue:
    """Names and columns of everything that is sold in this partition.

    `sku_offers[s]` lists the offer rows of SKU `s` in order of appearance. `version` rises with
    every change of what a selector can see, so that whoever caches a match knows when to redo it.
    """

    SAVED = Saved(
        sku_names=Part(),
        channel_names=Part(),
        category_names=Part(),
        brand_names=Part(),
        currency_names=Part(),
        skus=Part(),
        offers=Part(),
        tags=list[tuple[str, ...]],
        substitutes=list[tuple[str, ...]],
        titles=list[str],
        fees=list[dict[str, tuple[int, int]]],
        version=int,
    )
    DERIVED = ("sku_offers", "_offer_index", "strays")

    def __init__(self) -> None:
        self.sku_names = Interner()
        self.channel_names = Interner()
        self.category_names = Interner()
        self.brand_names = Interner()
        self.currency_names = Interner()
        self.skus = SkuColumns()
        self.offers = OfferColumns()
        self.sku_offers: list[list[int]] = []
        self.tags: list[tuple[str, ...]] = []
        self.substitutes: list[tuple[str, ...]] = []
        self.titles: list[str] = []
        #: Per SKU: channel → (rate in parts per million, fixed fee in minor units).
        self.fees: list[dict[str, tuple[int, int]]] = []
        self._offer_index: dict[tuple[int, int], int] = {}
        self.version = 0
        #: SKUs that are `stray`.
        self.strays = 0

    def restored(self) -> None:
        """Index the offers."""
        self.strays = int(np.count_nonzero(self.skus.stray))
        self.sku_offers = [[] for _ in self.sku_names.names]
        self._offer_index = {}
        pairs = zip(self.offers.sku.tolist(), self.offers.channel.tolist(), strict=True)
        for row, (sku, channel) in enumerate(pairs):
            self._offer_index[sku, channel] = row
            self.sku_offers[sku].append(row)

    def sku(self, name: str) -> int:
        """The row of a SKU, added (not yet `known`) where it is new."""
        row = self.sku_names.id(name)
        if row >= self.skus.size:
            self.skus.grow(row + 1)
            self.sku_offers.append([])
            self.tags.append(())
            self.substitutes.append(())
            self.titles.append("")
            self.fees.append({})
        return row

    def stray(self, name: str) -> int:
        """The row of a SKU that an event names, −1 where there is no room for another unknown."""
        row = self.sku_names.index.get(name, -1)
        if row < 0 and self.strays < MOST_STRAYS:
            row = self.sku(name)
            self.skus.stray[row] = True
            self.strays += 1
        return row

    def introduce(self, sku: int) -> None:
        """A product record names this SKU."""
        self.strays -= int(self.skus.stray[sku])
        self.skus.stray[sku] = False

    def stray_channel(self, name: str) -> int:
        """The id of a channel that an event names, −1 where there is no room for another."""
        names = self.channel_names
        return names.id(name) if len(names) < MOST_CHANNELS else names.index.get(name, -1)

    def add_category(self, path: str) -> tuple[list[int], list[int]]:
        """Name a category (`food/coffee`) and its ancestors; returns the ids of all of them and of
        their parents (−1: none), both empty where the category is known.
        """
        names = self.category_names
        if path in names.index:
            return [], []
        parts = path.split("/")
        ids = [names.id("/".join(parts[: i + 1])) for i in range(len(parts))]
        return ids, [-1, *ids[:-1]]

    def offer(self, sku: int, channel: int) -> int:
        """The row of an offer, or −1 where there is none."""
        return self._offer_index.get((sku, channel), -1)

    def offer_rows(self, skus: list[int], channels: list[int]) -> list[int]:
        """The rows of many offers, −1 where there is none."""
        index = self._offer_index
        return [index.get(pair, -1) for pair in zip(skus, channels, strict=True)]

    def add_offer(self, sku: int, channel: int) -> int:
        """The row of an offer, added (not `listed`, on the product's terms) where it is new."""
        row = self._offer_index.get((sku, channel))
        if row is None:
            row = self._offer_index[sku, channel] = self.offers.size
            self.offers.grow(row + 1)
            self.offers.sku[row] = sku
            self.offers.channel[row] = channel
            self.offers.catalogue_price[row] = self.skus.price[sku]
            self.offers.cost[row] = self.skus.cost[sku]
            rate, fixed = self.fees[sku].get(self.channel_names[channel], (0, 0))
            self.offers.fee_ppm[row], self.offers.fee_fixed[row] = rate, fixed
            self.sku_offers[sku].append(row)
            self.version += 1
        return row

    def offer_name(self, row: int) -> tuple[str, str]:
        """(sku, channel) of an offer row."""
        offers = self.offers
        return self.sku_names[offers.sku[row]], self.channel_names[offers.channel[row]]
