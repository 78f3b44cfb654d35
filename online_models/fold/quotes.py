"""Competitors' prices among the events: taken one of a SKU at a time, or all at once where none can
move a price before the next tick.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.fold.lookup import Lookup
from online_models.fold.state import State
from online_models.journal.batch import Batch, Kind
from online_models.numerics.turns import turns
from online_models.shop import competitor_updates
from online_models.shop.competitor_updates import QuoteUpdates

Ints = NDArray[np.int64]


def quotes_at(
    state: State, batch: Batch, lookup: Lookup, places: Ints, skus: Ints
) -> tuple[Ints, QuoteUpdates]:
    """The competitors' prices at some places that are in their product's currency, whose places
    are returned, too; the others are counted.
    """
    right = lookup.right_currency(state, batch, places, skus)
    state.count("currency_mismatch", int(np.count_nonzero(~right)))
    places, skus = places[right], skus[right]
    return places, QuoteUpdates(
        skus,
        [batch.texts[text] for text in batch.detail[places].tolist()],
        lookup.channel_rows(batch.channel[places]),
        batch.amount[places],
        batch.extra[places],
        batch.flag[places] != 0,
        batch.confidence[places],
        batch.time[places],
    )


def take_quotes(state: State, quotes: QuoteUpdates, places: Ints, now: Ints) -> tuple[Ints, Ints]:
    """Write down prices of distinct SKUs, or of distinct entries that are beyond doubt; returns the
    offers that they concern, and the place of the price of each.
    """
    found = competitor_updates.apply(
        state.catalogue,
        state.competitors,
        state.cleaning,
        state.pricing.ledger.price,
        quotes,
        now[places],
    )
    state.count("out_of_order_rival", found.late)
    return found.offer, places[found.quote]


def await_tick(state: State, offers: Ints, instants: Ints) -> NDArray[np.bool_]:
    """Mask of the offers, (n,), that a competitor's price at an instant cannot move at once: their
    turn comes at the next tick.

    Of a past replayed there may be a million such prices, and the next tick is soon: there it alone
    decides what follows no competitor, or may not change yet.
    """
    waits = state.pricing.may_wait(offers, instants)
    np.minimum.at(state.pricing.ledger.due, offers[waits], instants[waits])
    return waits


def take_waiting(
    state: State, batch: Batch, lookup: Lookup, now: Ints, events: tuple[Ints, Ints, Ints]
) -> tuple[Ints, Ints, Ints]:
    """Take the competitors' prices of the SKUs whose offers can all wait for the next tick, if
    nothing else happens to them; returns the other events.

    Nothing reads these prices before that tick, so that they need not be taken one by one: what is
    known in the end is the same. New entries and doubtful prices are read by those that follow.
    """
    places, skus, offers = events
    quoted = batch.kind[places] == Kind.COMPETITOR_PRICE
    apart = np.zeros(state.catalogue.skus.size, dtype=np.bool_)
    apart[skus[~quoted]] = True
    chosen = quoted & ~apart[skus]
    if not chosen.any():
        return events
    at, of = places[chosen], skus[chosen]
    channels = lookup.channel_rows(batch.channel[at])
    names = [batch.texts[text] for text in batch.detail[at].tolist()]
    entries = state.competitors.known_entries(of.tolist(), names, channels.tolist())
    rows = np.array(entries, dtype=np.int64)
    apart[of[rows < 0]] = True
    known = rows >= 0
    stated = state.catalogue.skus.price[of[known]]
    sure = state.cleaning.beyond_doubt(
        state.competitors, rows[known], batch.amount[at[known]], stated
    )
    apart[of[known][~sure]] = True
    concerned = competitor_updates.concerns(state.catalogue, of, channels)
    waits = state.pricing.may_wait(concerned.offer, now[at[concerned.quote]])
    apart[of[concerned.quote[~waits]]] = True
    chosen &= ~apart[skus]
    if not chosen.any():
        return events
    free = ~apart[of]
    for some in turns(rows[free]):
        turn, quotes = quotes_at(state, batch, lookup, at[free][some], of[free][some])
        moved, since = take_quotes(state, quotes, turn, now)
        await_tick(state, moved, now[since])
    return places[~chosen], skus[~chosen], offers[~chosen]
