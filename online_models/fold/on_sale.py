"""An offer comes on sale, or leaves it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.fold.shadow import settle_shadow
from online_models.fold.state import State
from online_models.shop.catalogue import NO_PRICE, kept_share

Ints = NDArray[np.int64]


def list_offers(state: State, rows: Ints, now: int) -> None:
    """List offers of known SKUs, ascending, once the clock runs: the demand models and the pricer
    meet those that are new.
    """
    offers, listing = state.catalogue.offers, state.listing
    offers.listed[rows] = True
    fresh = rows[~listing.priced[rows] & (offers.catalogue_price[rows] != NO_PRICE)]
    if len(fresh):
        listing.priced[fresh] = True
        skus = offers.sku[fresh].astype(np.int64)
        categories = state.catalogue.skus.category[skus].astype(np.int64)
        siblings = [state.catalogue.sku_offers[sku] for sku in skus.tolist()]
        price = offers.catalogue_price[fresh]
        state.demand.deep.describe_siblings(fresh, siblings, price)
        state.demand.register(fresh, skus, offers.channel[fresh].astype(np.int64), categories)
        kept = kept_share(state.catalogue.skus.tax_ppm[skus], offers.fee_ppm[fresh])
        net = price * kept - offers.fee_fixed[fresh]
        state.demand.priced(fresh, net, offers.cost[fresh].astype(np.float64))
        state.demand.expect(fresh, price, now)
        state.pricing.appear(fresh, price, now)
    state.pricing.catalogue_changed(rows, now)
    settle_shadow(state, rows, now)


def start_clock(state: State, now: int) -> Ints:
    """List what waited for the first event that moves the clock; returns them, ascending."""
    begins = state.settings.windows_from_ms
    state.windows.begin(now if begins is None else begins)
    rows = np.array(sorted(state.waiting), dtype=np.int64)
    state.waiting = {}
    if len(rows):
        list_offers(state, rows, now)
    return rows
