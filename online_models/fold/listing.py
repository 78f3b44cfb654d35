"""An offer comes on sale, or leaves it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.fold.state import State
from online_models.numerics.columns import FEW
from online_models.pricing.state.promotions import NONE, Promoted
from online_models.shop.catalogue import NEVER, NO_PRICE, PPM
from online_models.windows.signals import WIDTH, Signal

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
#: A promotion's attribute beyond is no feature of demand, and would drown all others.
LARGEST_ATTRIBUTE = 1e6
_PROMOTING = [Signal.PROMOTED, Signal.DEPTH, *range(Signal.ATTRIBUTE, WIDTH)]
_SHOWN = [
    Signal.ON_SALE,
    Signal.PRICE,
    Signal.AVAILABLE,
    Signal.DRAWN,
    Signal.DEVIATION,
    *_PROMOTING,
]
#: Columns of these that hold from the shop's word on.
_PRICED = {_SHOWN.index(s): s for s in (Signal.PRICE, Signal.DRAWN, Signal.DEVIATION)}


def list_offers(state: State, rows: list[int], now: int) -> Ints:
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
    update_signals(state, chosen, np.full(len(chosen), now))
    return chosen


def unlist_offers(state: State, rows: Ints, now: int) -> None:
    """Unlist offers: they are neither priced nor observed from now on."""
    state.catalogue.offers.listed[rows] = False
    for row in rows.tolist():
        state.waiting.pop(row, None)
    if state.clock.running and len(rows):
        state.pricing.catalogue_changed(rows, now)
        update_signals(state, rows, np.full(len(rows), now))


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
    unlist_offers(state, np.flatnonzero(offers.listed & over[offers.sku]), now)


def start_clock(state: State, now: int) -> Ints:
    """List what waited for the first event that tells the time; returns offers to decide."""
    begins = state.settings.buckets_from
    state.windows.begin(now if begins is None else begins)
    rows, state.waiting = list(state.waiting), {}
    return list_offers(state, rows, now) if rows else np.zeros(0, dtype=np.int64)


def update_signals(state: State, rows: Ints, now: Ints) -> None:
    """Bring the signals of offers in line with what is in force at `now`; all rest off sale.

    A price is in force from its decision on, or, where the shop acknowledges, once it has.
    """
    if len(rows) <= FEW and not state.pricing.promotions.concern(rows):
        turns = state.listing.turn
        if all(turns.item(row) == NEVER for row in rows.tolist()):
            for row, at in zip(rows.tolist(), now.tolist(), strict=True):
                _update_unpromoted(state, row, at)
            return
    apply_promotion_changes(state, rows, now)
    found = state.pricing.promotion_in_force(rows, now)
    on_hand = state.stock.on_hand[rows]
    deviation = state.pricing.deviation(rows)
    drawn = ~np.isnan(deviation) & (not state.settings.pricing.imagined)
    own = np.column_stack(
        [
            np.ones(len(rows)),
            state.pricing.shown_price(rows),
            on_hand != 0,
            drawn,
            np.where(drawn, deviation, 0.0),
        ]
    )
    signals = state.windows.signals.value[rows]
    waiting = _otherwise(state, rows) & (signals[:, Signal.PRICE] > 0.0)
    for column, signal in _PRICED.items():
        own[waiting, column] = signals[waiting, signal]
    fresh = np.concatenate([own, _promoting(found)], axis=1)
    _put(state, rows, now, _SHOWN, fresh, found)


def _otherwise(state: State, rows: Ints) -> NDArray[np.bool_]:
    """Mask of the offers, (n,), that are known to show another price than was decided."""
    if state.settings.pricing.imagined:
        return state.listing.told[rows]
    return state.pricing.unconfirmed(rows)


def apply_promotion_changes(state: State, rows: Ints, now: Ints) -> None:
    """Let what promotions did to offers before `now` have happened when they began and ended.

    The shop learns its prices by decisions: they are shown from those on.
    """
    turn = state.listing.turn[rows]
    while (passed := turn < now).any():
        some, at = rows[passed], turn[passed]
        found = state.pricing.promotion_in_force(some, at)
        _put(state, some, at, _PROMOTING, _promoting(found), found)
        turn = state.listing.turn[rows]


def _promoting(found: Promoted) -> Floats:
    attributes = np.clip(found.attributes, -LARGEST_ATTRIBUTE, LARGEST_ATTRIBUTE)
    return np.column_stack([found.promoted, found.depth, attributes])


def _put(
    state: State, rows: Ints, at: Ints, columns: list[int], fresh: Floats, found: Promoted
) -> None:
    """From `at` on the signals in `columns` are `fresh`, (n, columns), but at rest off sale."""
    fresh *= state.catalogue.offers.listed[rows].astype(np.float64)[:, None]
    state.listing.turn[rows] = found.boundary
    signals, running = state.windows.signals.value, state.windows.signals.promotion
    at_columns = np.array(columns)
    moved = (signals[rows[:, None], at_columns] != fresh).any(axis=1) | (
        running[rows] != found.promotion
    )
    if moved.any():
        some = rows[moved]
        state.windows.settle(some, at[moved])
        signals[some[:, None], at_columns] = fresh[moved]
        running[some] = found.promotion[moved]


def _update_unpromoted(state: State, row: int, now: int) -> None:
    """`show` of one offer that no promotion concerns."""
    state.pricing.grow()
    signals, ledger = state.windows.signals, state.pricing.ledger
    listed = float(state.catalogue.offers.listed.item(row))
    deviation = ledger.deviation.item(row)
    drawn = deviation == deviation and not state.settings.pricing.imagined
    told = dict.fromkeys(_SHOWN, 0.0)
    told[Signal.ON_SALE] = listed * listed
    told[Signal.PRICE] = ledger.price.item(row) * listed
    told[Signal.AVAILABLE] = (state.stock.on_hand.item(row) != 0) * listed
    told[Signal.DRAWN] = drawn * listed
    told[Signal.DEVIATION] = (deviation if drawn else 0.0) * listed
    before = signals.value[row].tolist()
    waits = ledger.ack_due.item(row) != NEVER or state.settings.pricing.imagined
    if waits and before[Signal.PRICE] > 0.0 and _otherwise(state, np.array([row]))[0]:
        told |= {signal: before[signal] * listed for signal in _PRICED.values()}
    if any(before[k] != value for k, value in told.items()) or signals.promotion.item(row) != NONE:
        state.windows.settle(np.array([row]), np.array([now]))
        signals.value[row, _SHOWN] = list(told.values())
        signals.promotion[row] = NONE


def _competitor_signals(state: State, row: int, now: int) -> tuple[bool, int, float]:
    """The signals from RIVAL on: whether any rival of an offer counts, the lowest price (0 where
    none does) and the mean.
    """
    offers, oldest = state.catalogue.offers, now - state.settings.pricing.rival_memory
    prices = state.competitors.prices_of(offers.sku.item(row), offers.channel.item(row), oldest)
    return bool(prices), min(prices, default=0), float(sum(prices)) / max(len(prices), 1)


def update_competitor_signals(state: State, rows: Ints, now: Ints) -> None:
    """Bring the rival signals of offers in line with the competitor prices in force."""
    catalogue, rivals = state.catalogue, state.competitors
    if not rivals.entries.size:
        return
    if 0 < len(rows) <= FEW:
        pairs = zip(rows.tolist(), now.tolist(), strict=True)
        told = np.array([_competitor_signals(state, row, at) for row, at in pairs])
        state.windows.put(rows, now, Signal.COMPETITOR, told)
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
    state.windows.put(rows, now, Signal.COMPETITOR, np.column_stack([present, lowest, mean]))
