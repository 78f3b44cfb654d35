"""Follow the competitors."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import FEW
from online_models.numerics.ratios import scaled_round
from online_models.pricing.context.situation import NO_CEILING, DecisionContext, Flags
from online_models.pricing.strategies.strategy import Ints, Proposal, never, silent
from online_models.pricing.trace.steps import Values
from online_models.shop.catalogue import NEVER, NO_PRICE, PPM
from online_models.shop.competitors import CompetitorPrices
from schemas.records.policy.strategies import MatchCompetitor as Entry
from schemas.values.money import LARGEST_MINOR, scaled
from schemas.values.offsets import Offset
from schemas.values.percentages import to_ppm


class MatchCompetitor:
    """The lowest, median or `rank`-th lowest rival price (the highest where there are fewer),
    moved by the offset.

    A rival counts where it is in stock, fresh, surely the same product, not excluded and not the
    merchant. An offer that a rival pulled down returns no further than to its home: from then on a
    rival above home has no say, until a policy version or a manual price gives it a new home.
    A rival that answers every undercut by its own is a repricer: after some rounds the offer rests
    at home for a while, instead of racing it to the floor.
    """

    kind = "match_competitor"

    def propose(self, entry: Entry, situation: DecisionContext) -> Proposal:
        """The rival's price plus the offset, where a rival counts."""
        rivals, now = situation.world.rivals, situation.now
        if not rivals.entries.size:
            return Proposal(silent(situation), never(situation))
        if len(situation) <= FEW:
            return self._singly(entry, situation)
        rows, usable = situation.rival_entries
        counts = usable & eligible(entry, rivals)[rows]
        book = rivals.entries
        again = np.full(len(situation), NEVER, dtype=np.int64)
        known = counts.any(axis=1)
        if entry.max_age is not None:
            expiry = book.time[rows] + entry.max_age + 1
            counts &= now[:, None] < expiry
            again = np.where(counts, expiry, NEVER).min(axis=1)
        asked = np.where(counts, book.price[rows], NO_CEILING)
        if entry.include_shipping:
            asked = np.where(counts, asked + book.shipping[rows], NO_CEILING)
        matched, which = chosen(entry, asked, rows, rivals)
        target = np.where(
            matched < NO_CEILING, moved(entry.offset, matched, situation.terms.digits), NO_PRICE
        )
        ledger = situation.world.ledger
        risen = ledger.pulled[situation.rows] & (target >= situation.home)
        resting = now < ledger.rest_until[situation.rows]
        answered = self._answered(situation, matched, which) & (target < situation.price)
        weary = answered & (
            ledger.undercuts[situation.rows] >= situation.world.settings.undercut_rounds
        )
        target = np.where(risen | resting | weary, NO_PRICE, target)
        again = np.where(resting, np.minimum(again, ledger.rest_until[situation.rows]), again)
        stale = np.asarray(known & ~counts.any(axis=1))
        return _proposal(entry, rivals, target, again, matched, which, stale, answered)

    def _singly(self, entry: Entry, situation: DecisionContext) -> Proposal:
        """`propose`, one by one."""
        world, terms = situation.world, situation.terms
        ledger, settings = world.ledger, world.settings
        columns = (
            situation.rows,
            situation.now,
            situation.sku,
            situation.channel,
            situation.home,
            situation.price,
            situation.changed_at,
        )
        told = []
        for row, now, sku, channel, home, price, changed_at in zip(
            *[column.tolist() for column in columns], strict=True
        ):
            quotes, again, known = _quotes(entry, world.rivals, sku, channel, now)
            matched, which = _followed(entry, quotes, world.rivals)
            target = NO_PRICE
            if matched < NO_CEILING:
                target = moved_one(entry.offset, matched, terms.digits)
            risen = ledger.pulled.item(row) and target >= home
            answered = (
                which >= 0
                and world.rivals.entries.time.item(which) > changed_at
                and 0 <= price - matched <= settings.undercut_answer * price
                and target < price
            )
            weary = answered and ledger.undercuts.item(row) >= settings.undercut_rounds
            rest = ledger.rest_until.item(row)
            if now < rest:
                again = min(again, rest)
            if risen or weary or now < rest:
                target = NO_PRICE
            told.append((target, again, matched, which, known and not quotes, answered))
        target, again, matched, which, stale, answered = np.array(told, dtype=np.int64).T
        flags = stale.astype(np.bool_), answered.astype(np.bool_)
        return _proposal(
            entry, world.rivals, target, again, matched, which.astype(np.int32), *flags
        )

    def _answered(
        self, situation: DecisionContext, matched: Ints, which: NDArray[np.int32]
    ) -> Flags:
        """Where the matched rival has moved after us to a price just below ours."""
        moved_last = situation.world.rivals.entries.time[which] > situation.changed_at
        answer = situation.world.settings.undercut_answer * situation.price
        gap = situation.price - matched
        return np.asarray((which >= 0) & moved_last & (gap >= 0) & (gap <= answer))


def _proposal(
    entry: Entry,
    rivals: CompetitorPrices,
    target: Ints,
    again: Ints,
    matched: Ints,
    which: NDArray[np.int32],
    stale: Flags,
    answered: Flags,
) -> Proposal:
    book = rivals.entries
    facts = {"which": entry.which, "offset": entry.offset.text()}

    def names(at: Ints) -> list[bytes]:
        found = which[at].tolist()
        texts = [rivals.names[book.competitor[i]] if i >= 0 else None for i in found]
        return [msgspec.json.encode(text) for text in texts]

    details: dict[str, Values] = {"rival": matched, "competitor": names}
    return Proposal(target, again, details, facts, True, stale, answered)


def _quotes(
    entry: Entry, rivals: CompetitorPrices, sku: int, channel: int, now: int
) -> tuple[list[tuple[int, int, int]], int, bool]:
    """(asked, place, entry row) of the rivals that count for an offer, the first instant at which
    one is too old, and whether any was eligible.
    """
    book, wanted, barred = rivals.entries, folded(entry.competitors), folded(entry.exclude)
    least = round(entry.minimum_confidence * PPM)
    quotes, again, known = [], NEVER, False
    for place, row in enumerate(rivals.usable(sku, channel)):
        if wanted or barred:
            name = rivals.names[book.competitor.item(row)].strip().casefold()
            if (wanted and name not in wanted) or name in barred:
                continue
        if book.confidence_ppm.item(row) < least:
            continue
        known = True
        if entry.max_age is not None:
            expiry = book.time.item(row) + entry.max_age + 1
            if now >= expiry:
                continue
            again = min(again, expiry)
        shipping = book.shipping.item(row) if entry.include_shipping else 0
        quotes.append((book.price.item(row) + shipping, place, row))
    return quotes, again, known


def _followed(
    entry: Entry, quotes: list[tuple[int, int, int]], rivals: CompetitorPrices
) -> tuple[int, int]:
    """`chosen` of one offer's quotes."""
    if not quotes:
        return NO_CEILING, -1
    quotes = sorted(quotes)
    last = len(quotes) - 1
    if entry.which == "median":
        if entry.weights:
            rows = np.array([[row for _, _, row in quotes]], dtype=np.int32)
            place = int(_weighted_middle(entry, rows, np.array([len(quotes)]), rivals)[0])
            return quotes[place][0], -1
        both = quotes[last // 2][0] + quotes[len(quotes) // 2][0]
        middle = both // 2
        return middle + (both % 2 == 1 and middle % 2 == 1), -1
    place = min(entry.rank - 1, last) if entry.which == "rank" and entry.rank is not None else 0
    price, _, row = quotes[place]
    return price, row


def folded(names: Iterable[str]) -> set[str]:
    """Names as they are compared: without case and surrounding space."""
    return {name.strip().casefold() for name in names}


def eligible(entry: Entry, rivals: CompetitorPrices) -> Flags:
    """Which entries the strategy's names and confidence admit, shape (entries or 1,)."""
    book = rivals.entries
    if not book.size:
        return np.zeros(1, dtype=np.bool_)
    wanted, barred = folded(entry.competitors), folded(entry.exclude)
    named = np.array(
        [
            (not wanted or name in wanted) and name not in barred
            for name in (name.strip().casefold() for name in rivals.names.names)
        ],
        dtype=np.bool_,
    )
    least = round(entry.minimum_confidence * PPM)
    return named[book.competitor] & (book.confidence_ppm >= least)


def chosen(
    entry: Entry, asked: Ints, rows: NDArray[np.int32], rivals: CompetitorPrices
) -> tuple[Ints, NDArray[np.int32]]:
    """(price, entry row) that the offers follow; (NO_CEILING, −1) where no rival counts.

    A median of an even number of rivals is the mean of the middle two (half to even), a weighted
    one the lowest price at which half of the weight is reached; neither is one rival's.
    """
    order = np.argsort(asked, axis=1, kind="stable")
    prices = np.take_along_axis(asked, order, axis=1)
    count = np.count_nonzero(prices < NO_CEILING, axis=1)
    every = np.arange(len(asked))
    last = np.maximum(count - 1, 0)
    if entry.which == "median":
        if entry.weights:
            place = _weighted_middle(entry, np.take_along_axis(rows, order, axis=1), count, rivals)
            return prices[every, place], np.full(len(asked), -1, dtype=np.int32)
        low, high = prices[every, last // 2], prices[every, count // 2]
        middle = (low + high) // 2
        middle += ((low + high) % 2 == 1) & (middle % 2 == 1)
        return np.where(count > 0, middle, NO_CEILING), np.full(len(asked), -1, dtype=np.int32)
    place = np.zeros_like(last)
    if entry.which == "rank" and entry.rank is not None:
        place = np.minimum(entry.rank - 1, last)
    found = np.take_along_axis(rows, order[every, place][:, None], axis=1)[:, 0]
    return prices[every, place], np.where(count > 0, found, -1).astype(np.int32)


def _weighted_middle(
    entry: Entry, rows: NDArray[np.int32], count: Ints, rivals: CompetitorPrices
) -> NDArray[np.int64]:
    by_name = {name.strip().casefold(): weight for name, weight in entry.weights.items()}
    weights = np.array(
        [by_name.get(name.strip().casefold(), 1.0) for name in rivals.names.names] or [1.0]
    )
    names = rivals.entries.competitor[rows] if rivals.entries.size else np.zeros_like(rows)
    counted = np.arange(rows.shape[1])[None, :] < count[:, None]
    mass = np.cumsum(np.where(counted, weights[names], 0.0), axis=1)
    half = mass[:, -1:] / 2.0
    return np.asarray((mass < half).sum(axis=1), dtype=np.int64).clip(0, rows.shape[1] - 1)


def moved(offset: Offset, price: Ints, digits: int) -> Ints:
    """Prices in minor units moved by an offset, at least 1 and no more than any price may be; a
    share is rounded half to even.

    >>> moved(Offset.parse("-1%"), np.array([999]), 2).tolist()
    [989]
    """
    if offset.fraction is not None:
        share = max(PPM + to_ppm(offset.fraction), 0)
        shifted = scaled_round(np.where(price < NO_CEILING, price, 0), share, PPM)
    else:
        shifted = price + _distance(offset, digits)
    return np.clip(shifted, 1, LARGEST_MINOR)


@lru_cache(maxsize=1024)
def _distance(offset: Offset, digits: int) -> int:
    return scaled(offset.amount or 0, digits)


def moved_one(offset: Offset, price: int, digits: int) -> int:
    """`moved` of one price."""
    if offset.fraction is None:
        return min(max(price + _distance(offset, digits), 1), LARGEST_MINOR)
    share = max(PPM + to_ppm(offset.fraction), 0)
    quotient, rest = divmod(price * share, PPM)
    rounded = quotient + (2 * rest > PPM or (2 * rest == PPM and quotient % 2 == 1))
    return min(max(rounded, 1), LARGEST_MINOR)
