"""An offer comes on sale, or leaves it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.catalogue import NEVER, NO_PRICE, PPM
from online_models.fold.signals import Signal
from online_models.fold.state import State

Ints = NDArray[np.int64]
#: A promotion's attribute beyond is no feature of demand, and would drown all others.
LARGEST_ATTRIBUTE = 1e6


def bring_on_sale(state: State, rows: list[int], now: int) -> Ints:
    """List offers of known SKUs once the clock runs; returns those with a price, which are to be
    decided, ascending.
    """
    chosen = np.array(sorted(rows), dtype=np.int64)
    offers, listing = state.catalogue.offers, state.listing
    offers.listed[chosen] = True
    fresh = chosen[~listing.priced[chosen] & (offers.catalogue_price[chosen] != NO_PRICE)]
    if len(fresh):
        listing.priced[fresh] = True
        skus = offers.sku[fresh].astype(np.int64)
        categories = state.catalogue.skus.category[skus].astype(np.int64)
        state.describe_siblings(fresh)
        state.demand.register(fresh, skus, offers.channel[fresh].astype(np.int64), categories)
        kept = PPM / (PPM + state.catalogue.skus.tax_ppm[skus]) - offers.fee_ppm[fresh] / PPM
        net = offers.catalogue_price[fresh] * kept - offers.fee_fixed[fresh]
        state.demand.priced(fresh, net, offers.cost[fresh].astype(np.float64))
        state.demand.expect(fresh, offers.catalogue_price[fresh], now)
        state.pricing.appear(fresh, offers.catalogue_price[fresh], now)
    state.pricing.catalogue_changed(chosen, now)
    show(state, chosen, np.full(len(chosen), now))
    return chosen


def take_off_sale(state: State, rows: Ints, now: int) -> None:
    """Unlist offers: they are neither priced nor observed from now on."""
    state.catalogue.offers.listed[rows] = False
    for row in rows.tolist():
        state.waiting.pop(row, None)
    if state.clock.running and len(rows):
        state.pricing.catalogue_changed(rows, now)
        show(state, rows, np.full(len(rows), now))


def retire_ended(state: State, now: int) -> None:
    """Retire the products whose `ends_at` has come, as a tombstone would."""
    skus = state.catalogue.skus
    if int(skus.ends_at.min(initial=NEVER)) > now:
        return
    over = skus.ends_at <= now
    skus.ends_at[over] = NEVER
    skus.retired[over] = True
    state.catalogue.version += 1
    offers = state.catalogue.offers
    take_off_sale(state, np.flatnonzero(offers.listed & over[offers.sku]), now)


def start_clock(state: State, now: int) -> Ints:
    """List what waited for the first event that tells the time; returns offers to decide."""
    state.buckets.begin(now)
    rows, state.waiting = list(state.waiting), {}
    return bring_on_sale(state, rows, now) if rows else np.zeros(0, dtype=np.int64)


def show(state: State, rows: Ints, now: Ints) -> None:
    """Bring the signals of offers in line with what is in force at `now`; all rest off sale."""
    depth, promoted, attributes, promotion = state.pricing.promotion_in_force(rows, now)
    attributes = np.clip(attributes, -LARGEST_ATTRIBUTE, LARGEST_ATTRIBUTE)
    on_hand = state.stock.on_hand[rows]
    price = state.pricing.shown_price(rows)
    signals = state.buckets.signals.value
    listed = state.catalogue.offers.listed[rows].astype(np.float64)
    deviation = state.pricing.deviation(rows)
    drawn = ~np.isnan(deviation)
    deviation = np.where(drawn, deviation, 0.0)
    fresh = np.column_stack(
        [listed, price, on_hand != 0, promoted, depth, drawn, deviation, attributes]
    )
    fresh *= listed[:, None]
    columns = [
        Signal.ON_SALE,
        Signal.PRICE,
        Signal.AVAILABLE,
        Signal.PROMOTED,
        Signal.DEPTH,
        Signal.DRAWN,
        Signal.DEVIATION,
        *range(Signal.ATTRIBUTE, Signal.ATTRIBUTE + attributes.shape[1]),
    ]
    running = state.buckets.signals.promotion
    moved = (signals[np.ix_(rows, columns)] != fresh).any(axis=1) | (running[rows] != promotion)
    if moved.any():
        some = rows[moved]
        state.buckets.settle(some, now[moved])
        signals[np.ix_(some, columns)] = fresh[moved]
        running[some] = promotion[moved]


def show_rivals(state: State, rows: Ints, now: Ints) -> None:
    """Bring the rival signals of offers in line with the competitor prices in force."""
    catalogue, rivals = state.catalogue, state.rivals
    if not rivals.entries.size:
        return
    entries = rivals.rows_of(catalogue.offers.sku[rows])
    book = rivals.entries
    channel = book.channel[entries]
    usable = (
        (entries >= 0)
        & book.in_stock[entries]
        & ~book.own[entries]
        & ((channel < 0) | (channel == catalogue.offers.channel[rows][:, None]))
        & (now[:, None] - book.time[entries] <= state.settings.pricing.rival_memory)
    )
    price = np.where(usable, book.price[entries] + book.shipping[entries], 0)
    number = np.count_nonzero(usable, axis=1)
    present = number > 0
    highest = np.iinfo(np.int64).max
    lowest = np.where(present, np.where(usable, price, highest).min(axis=1), 0)
    # integer sums: exact, whatever the order
    mean = price.sum(axis=1) / np.maximum(number, 1)
    state.buckets.put(
        rows,
        now,
        {Signal.RIVAL: present, Signal.RIVAL_LOWEST: lowest, Signal.RIVAL_MEAN: mean},
    )
