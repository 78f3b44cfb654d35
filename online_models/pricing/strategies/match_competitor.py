"""Follow the competitors."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.numerics.compiled import compiled
from online_models.numerics.ratios import round_one
from online_models.pricing.context.decision_context import (
    NO_CEILING,
    DecisionContext,
    Flags,
    Floats,
)
from online_models.pricing.strategies.strategy import Detail, Ints, Proposal
from online_models.pricing.trace.sheet import minor
from online_models.pricing.trace.steps import Values
from online_models.shop.catalogue import NEVER, NO_PRICE, PPM
from online_models.shop.quotes import Quotes, usable
from schemas.records.policy.strategies import MatchCompetitor as Entry
from schemas.values.money import LARGEST_MINOR, scaled
from schemas.values.offsets import Offset
from schemas.values.percentages import to_ppm


class MatchCompetitor:
    """The lowest, median or `rank`-th lowest competitor price, moved by the offset. Where there are
    fewer competitors than `rank`, nobody is in that place, and it has nothing to say.

    A competitor counts where it is in stock, fresh, surely the same product, not excluded and not
    the merchant. An offer that a competitor pulled down returns no further than to its home: from
    then on a competitor above home has no say, until a policy version or a manual price gives it a
    new home. A competitor that answers every undercut by its own is a repricer: after some rounds
    the offer pauses at home for a while, instead of racing it to the floor.
    """

    kind = "match_competitor"

    def propose(self, entry: Entry, context: DecisionContext) -> Proposal:
        """The competitor's price plus the offset, where a competitor counts."""
        state = context.state
        competitors, ledger, settings = state.competitors, state.ledger, state.settings
        found = _follow(
            following(entry, context.terms.digits, competitors.names.names),
            context.quotes,
            Followers(
                context.rows,
                context.now,
                context.sku,
                context.channel,
                context.pre_match_price,
                context.price,
                context.changed_at,
            ),
            UndercutRaces(
                ledger.lowered_by_competitor, ledger.undercut_pause_until, ledger.answered_undercuts
            ),
            settings.undercut_answer,
            settings.undercut_rounds,
        )
        facts = {"which": entry.which, "offset": entry.offset.text()}
        competitor, names, which = competitors.entries.competitor, competitors.names, found.which

        def texts(at: Ints) -> list[bytes]:
            followed = which[at].tolist()
            followed_names = [names[competitor[row]] if row >= 0 else None for row in followed]
            return [msgspec.json.encode(text) for text in followed_names]

        details: dict[str, Values] = {"rival": found.matched, "competitor": texts}
        return Proposal(
            found.target, found.again, details, facts, True, found.stale, found.answered
        )

    def sentence(self, detail: Detail) -> str:
        """What its step of an explanation says, without the price that follows."""
        competitor = detail["competitor"] or f"the {detail['which']} of the competitors"
        return f"Following {competitor} at {detail['rival']}, offset {detail['offset']}, gives"

    def recompute(self, detail: Detail, digits: int) -> int:
        """The competitor's price, moved by the offset."""
        return moved(Offset.parse(detail["offset"]), minor(detail["rival"], digits), digits)


class Following(NamedTuple):
    """An entry of the policy in numbers: prices in minor units, shares in ppm, ages in ms."""

    #: Which of the prices counts: the middle one, or that of the rank, from 1 for the lowest.
    median: bool
    rank: int
    #: Of each competitor by its id: whether it counts, and its weight in the median, if any has
    #: one, else shape (0,).
    admitted: Flags
    weights: Floats
    least_confidence: int
    #: NEVER: a price of any age counts.
    max_age: int
    include_shipping: bool
    #: The offset: a share of the competitor's price (−1: an amount) or an amount.
    share: int
    amount: int


class Followers(NamedTuple):
    """The offers' columns, (n,)."""

    rows: Ints
    now: Ints
    sku: NDArray[np.int32]
    channel: NDArray[np.int32]
    pre_match_price: Ints
    price: Ints
    changed_at: Ints


class UndercutRaces(NamedTuple):
    """The ledger's columns about competitors, by offer row."""

    lowered_by_competitor: Flags
    pause_until: Ints
    answered_undercuts: NDArray[np.int16]


class Followed(NamedTuple):
    """What follows from the competitors, (n,): raw prices, when to ask again, the price followed
    (NO_CEILING) and the entry that asks it (−1: none, or several), where all are too old, and where
    the competitor has answered an undercut.
    """

    target: Ints
    again: Ints
    matched: Ints
    which: NDArray[np.int32]
    stale: Flags
    answered: Flags


def following(entry: Entry, digits: int, names: list[str]) -> Following:
    """The entry in numbers, for competitors of these names."""
    share, amount = _offset(entry.offset, digits)
    return Following(
        entry.which == "median",
        entry.rank or 1 if entry.which == "rank" else 1,
        _admitted(entry.competitors, entry.exclude, tuple(names)),
        _weights(tuple(entry.weights.items()), tuple(names)),
        round(entry.minimum_confidence * PPM),
        NEVER if entry.max_age is None else entry.max_age,
        entry.include_shipping,
        share,
        amount,
    )


@lru_cache(maxsize=1024)
def _offset(offset: Offset, digits: int) -> tuple[int, int]:
    if offset.fraction is not None:
        return max(PPM + to_ppm(offset.fraction), 0), 0
    return -1, scaled(offset.amount or 0, digits)


@lru_cache(maxsize=256)
def _admitted(wanted: tuple[str, ...], barred: tuple[str, ...], names: tuple[str, ...]) -> Flags:
    some, others = folded(wanted), folded(barred)
    compared = [name.strip().casefold() for name in names]
    return np.array([(not some or n in some) and n not in others for n in compared], np.bool_)


@lru_cache(maxsize=256)
def _weights(weights: tuple[tuple[str, float], ...], names: tuple[str, ...]) -> Floats:
    if not weights:
        return np.empty(0)
    by_name = {name.strip().casefold(): float(weight) for name, weight in weights}
    return np.array([by_name.get(name.strip().casefold(), 1.0) for name in names])


def folded(names: Iterable[str]) -> set[str]:
    """Names as they are compared: without case and surrounding space."""
    return {name.strip().casefold() for name in names}


@compiled
def _follow(
    terms: Following,
    quotes: Quotes,
    offers: Followers,
    races: UndercutRaces,
    undercut_answer: float,
    undercut_rounds: int,
) -> Followed:
    n, width = offers.rows.size, quotes.slots.shape[1]
    target, matched = np.full(n, NO_PRICE), np.full(n, NO_CEILING)
    again, which = np.full(n, NEVER), np.full(n, -1, np.int32)
    stale, answered = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    asked, entries = np.empty(width, np.int64), np.empty(width, np.int32)
    for i in range(n):
        row, now, price = offers.rows[i], offers.now[i], offers.price[i]
        # the usable quotes in ascending order of what is asked, equals in that of their places
        count, known = 0, False
        places = width if offers.sku[i] < quotes.slots.shape[0] else 0
        for place in range(places):
            entry = quotes.slots[offers.sku[i], place]
            if not usable(quotes, entry, offers.channel[i]):
                continue
            if quotes.confidence_ppm[entry] < terms.least_confidence:
                continue
            if not terms.admitted[quotes.competitor[entry]]:
                continue
            known = True
            if terms.max_age != NEVER:
                expiry = quotes.time[entry] + terms.max_age + 1
                if now >= expiry:
                    continue
                again[i] = min(again[i], expiry)
            offered = quotes.price[entry]
            if terms.include_shipping:
                offered += quotes.shipping[entry]
            at = count
            while at > 0 and asked[at - 1] > offered:
                asked[at], entries[at] = asked[at - 1], entries[at - 1]
                at -= 1
            asked[at], entries[at] = offered, entry
            count += 1
        stale[i] = known and count == 0
        if count >= terms.rank:
            matched[i], which[i] = _chosen(terms, quotes, asked, entries, count)
            target[i] = _shifted(matched[i], terms.share, terms.amount)
        pauses = now < races.pause_until[row]
        if pauses:
            again[i] = min(again[i], races.pause_until[row])
        if which[i] >= 0 and quotes.time[which[i]] > offers.changed_at[i] and target[i] < price:
            # the competitor has moved after us to a price just below ours
            answered[i] = 0 <= price - matched[i] <= undercut_answer * price
        limit_reached = answered[i] and races.answered_undercuts[row] >= undercut_rounds
        risen = races.lowered_by_competitor[row] and target[i] >= offers.pre_match_price[i]
        if risen or pauses or limit_reached:
            target[i] = NO_PRICE
    return Followed(target, again, matched, which, stale, answered)


@compiled
def _chosen(
    terms: Following, quotes: Quotes, asked: Ints, entries: NDArray[np.int32], count: int
) -> tuple[int, int]:
    """(price, entry row) that is followed, of at least one.

    A median of an even number of competitors is the mean of the middle two (half to even), a
    weighted one the lowest price at which half of the weight is reached; neither is one
    competitor's.
    """
    if not terms.median:
        place = terms.rank - 1
        return asked[place], int(entries[place])
    if terms.weights.size == 0:
        both = asked[(count - 1) // 2] + asked[count // 2]
        middle = both // 2
        return middle + 1 if both % 2 == 1 and middle % 2 == 1 else middle, -1
    total = 0.0
    for place in range(count):
        total += terms.weights[quotes.competitor[entries[place]]]
    mass = 0.0
    for place in range(count):
        mass += terms.weights[quotes.competitor[entries[place]]]
        if mass >= total / 2.0:
            return asked[place], -1
    return asked[count - 1], -1


@compiled
def _shifted(price: int, share: int, amount: int) -> int:
    moved = round_one(price, share, PPM) if share >= 0 else price + amount
    return min(max(moved, 1), LARGEST_MINOR)


def moved(offset: Offset, price: int, digits: int) -> int:
    """A price in minor units moved by an offset, at least 1 and no more than any price may be; a
    share is rounded half to even.

    >>> moved(Offset.parse("-1%"), 999, 2)
    989
    """
    return _shifted(price, *_offset(offset, digits))
