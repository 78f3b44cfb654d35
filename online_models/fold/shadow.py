"""Offers enter the shadow, in which prices are decided for nobody to meet, and leave it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.fold.state import State
from online_models.fold.sums import flush
from online_models.pricing.shown import begin_anew, promotion_shown, shown_price, wants_shadow
from online_models.windows.signals import Signal

Ints = NDArray[np.int64]
#: No lowest legal price is this: it is seen to move.
NOTHING_SAID = 0


def settle_shadow(state: State, rows: Ints, now: int) -> None:
    """Bring offers in line with what their policies and the settings say of the shadow.

    What enters it was shown at the price in force until now, and is decided at once: what was said
    below that price ends with it. What leaves it begins at the price that the shop shows, and says
    those prices anew; all that was learnt stays.
    """
    pricing, ledger = state.pricing, state.pricing.ledger
    rows = rows[state.listing.priced[rows]]
    wanted, was = wants_shadow(pricing, rows), ledger.shadow[rows]
    if not (wanted != was).any():
        return
    begins, ends = rows[wanted & ~was], rows[was & ~wanted]
    shown = begins[ledger.revision[begins] > 0]
    state.listing.reported_price[shown] = ledger.price[shown]
    ledger.shadow[begins] = True
    ledger.due[begins] = now
    if len(ends):
        prices = _shown(state, ends, now)
        ledger.shadow[ends] = False
        ledger.offers_floor[ends] = NOTHING_SAID
        begin_anew(pricing, ends, prices, now)


def _shown(state: State, rows: Ints, now: int) -> Ints:
    """What the shop shows by itself: what it acknowledged, else what was last paid or seen, else
    what its records say; minor units.
    """
    flush(state)
    listing, windows = state.listing, state.windows
    at = np.full(len(rows), now, dtype=np.int64)
    stated = shown_price(state.pricing, rows, promotion_shown(state.pricing, rows, at))
    price = np.where(np.isnan(listing.reported_price[rows]), stated, listing.reported_price[rows])
    for length_ms in (windows.coarse.length_ms, windows.fine.length_ms):
        for sums in windows.open_sums(length_ms):
            lines = sums.kept_lines[rows]
            most = np.argmax(lines, axis=1)
            paid = sums.kept_price[rows, most]
            price = np.where(lines.max(axis=1) > 0, paid, price)
    reported = windows.signals.value[rows, Signal.PRICE]
    price = np.where(listing.acknowledged[rows] & (reported > 0.0), reported, price)
    return np.maximum(np.rint(price), 1.0).astype(np.int64)
