"""Which price was shown: what was decided, or what shoppers paid and saw.

A price that was published is a belief until the shop acknowledges it, or an order or a click shows
it. Where they show another one, they are right.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.shop.catalogue import ALWAYS
from online_models.shop.listing import Listing
from online_models.windows.signals import Floats, Ints, WindowSums

Flags = NDArray[np.bool_]

#: Prices are the same within this share, or within a minor unit: what a shop's rounding moves.
SAME = 0.005
#: A price counts as in force in a window where it was so for this share of it: carts are filled
#: before prices move, but a shop that applies them a night late does not apply them.
LEAST_SHARE = 0.1
#: What one window says of a channel counts for so much less after each window with news.
MEMORY = 0.9
#: An alert waits for so many offers' windows (of three in a row, one each): a few may be errors.
ENOUGH = 2.5


class ChannelEvidence(Columns):
    """One row per channel, discounted numbers of offers' windows. Of those whose price was moved
    away from the first: how many had it `confirmed`, or `contradicted`, by what was paid or seen;
    and in how many clicks and orders name the same price (`clicks_right`), or not.
    `reported_ms` is when an alert last said that prices are not applied.
    """

    confirmed: Floats = column(np.float64, 0.0)
    contradicted: Floats = column(np.float64, 0.0)
    clicks_right: Floats = column(np.float64, 0.0)
    clicks_wrong: Floats = column(np.float64, 0.0)
    reported_ms: Ints = column(np.int64, ALWAYS)


class Belief(NamedTuple):
    """What is believed of the prices of all offers, (offers,): whether the shop acknowledged the
    last one, or else whether it was published; the price believed now, the first one known, minor
    units; the channel's id; and the number of channels.
    """

    acknowledged: Flags
    published: Flags
    present: Floats
    first: Ints
    channel: NDArray[np.int32]
    channels: int

    def of(self, rows: Ints) -> Belief:
        """That of some offers."""
        return Belief(
            self.acknowledged[rows],
            self.published[rows],
            self.present[rows],
            self.first[rows],
            self.channel[rows],
            self.channels,
        )


class ShownPrices(NamedTuple):
    """Minor units (NaN: unknown), and whether it is what was believed, (n,)."""

    price: Floats
    as_believed: Flags


class Contradictions(NamedTuple):
    """Offers whose orders or clicks contradict the price in force: rows, and what was paid."""

    rows: Ints
    paid: Floats


class _Verdict(NamedTuple):
    """What a window's orders, or else its clicks, say of a belief, (n,)."""

    confirms: Flags
    contradicts: Flags
    number: Ints


class PriceEvidence:
    """What the channels' orders and clicks were worth so far, and the verdict on each window."""

    SAVED = Saved(channels=Part())

    def __init__(self) -> None:
        self.channels = ChannelEvidence()

    def shown(
        self,
        rows: Ints,
        sums: WindowSums,
        mean: Floats,
        later: list[WindowSums],
        listing: Listing,
        belief: Belief,
    ) -> tuple[ShownPrices, Contradictions]:
        """The prices that offers `rows` showed in a window, (n,); `listing` moves on.

        `mean` is the price believed, averaged over the window, (n,); `later` are the windows after
        it of which more is known, and the first with news speaks for those without any before.

        - Acknowledged: what is believed.
        - Published: what is believed, unless what was paid contradicts it; clicks speak where
          nothing was sold, and never against orders. One line alone does not overturn a price that
          was confirmed before, nor, where the channel applies its prices, is it more than a
          discount. A window without news showed the last price that was confirmed or paid, as long
          as the offer is contradicted, or its channel is and the price is new.
        - Otherwise: what was paid, else seen, else what either last was, else what is believed.
        """
        self.channels.grow(belief.channels)
        own = belief.of(rows)
        last = np.where(sums.last_price[rows] > 0.0, sums.last_price[rows], mean)
        paid = _ratio(sums.revenue[rows], sums.paid[rows])
        seen = _ratio(sums.quoted[rows], sums.quotes[rows])
        self._judge_clicks(own.channel, paid, seen)
        seen = np.where(self._clicks_lie()[own.channel], np.nan, seen)
        verdict = self._verdict(rows, sums, _range(mean, sums.first_price[rows], last), own.channel)
        moved = own.published & ~_near(own.first.astype(np.float64), last, last)
        trust = self.channels
        distrusted = (trust.contradicted > trust.confirmed)[own.channel]
        trusted = ~distrusted & (trust.confirmed >= ENOUGH)[own.channel]
        carried = listing.reported_price[rows]
        carried = np.where(np.isnan(carried) & own.published, own.first, carried)
        low, high = np.minimum(mean, last), np.maximum(mean, last)
        confirmed_before = _near(listing.confirmed_price[rows], low, high)
        reported = np.where(np.isnan(paid), seen, paid)
        discount = trusted & (reported < low) & ~_near(reported, carried, carried)
        alone = verdict.contradicts & (verdict.number <= 1) & ~listing.doubted[rows]
        slip = alone & ~listing.contradicted[rows] & ~distrusted & (confirmed_before | discount)
        overturned = verdict.contradicts & ~slip
        self._count(own.channel, moved & verdict.confirms, moved & overturned)
        distrusted = (trust.contradicted > trust.confirmed)[own.channel]
        silent = ~verdict.confirms & ~verdict.contradicts
        soon = self._first_news(rows, later, own)
        unproven = silent & ~confirmed_before & (distrusted | soon)
        before = silent & (listing.contradicted[rows] | unproven)

        reported = np.where(np.isnan(reported) | slip & own.published, carried, reported)
        believed = own.acknowledged | (own.published & ~overturned & ~before)
        believed = (believed & ~np.isnan(mean)) | np.isnan(reported)
        price = np.where(believed, mean, reported)

        judged = own.published & ~own.acknowledged
        listing.reported_price[rows] = np.where(judged & verdict.confirms, last, reported)
        listing.confirmed_price[rows[verdict.confirms]] = last[verdict.confirms]
        spoken = ~silent
        listing.contradicted[rows[spoken]] = (overturned & ~(alone & trusted))[spoken]
        listing.doubted[rows[spoken]] = verdict.contradicts[spoken]
        against = judged & moved & overturned
        return ShownPrices(price, believed), Contradictions(rows[against], price[against])

    def due(self, channels: NDArray[np.int32], now: int, again_ms: int) -> list[int]:
        """Which of these channels, ascending, it is to be said of that prices are not applied."""
        trust = self.channels
        unapplied = (trust.contradicted >= ENOUGH) & (trust.contradicted > trust.confirmed)
        unapplied &= now - again_ms >= trust.reported_ms
        found: list[int] = np.unique(channels[unapplied[channels]]).tolist()
        trust.reported_ms[found] = now
        return found

    def set_back(self, now: int) -> None:
        """Nothing was said of channels later than `now`, ms."""
        np.minimum(self.channels.reported_ms, now, out=self.channels.reported_ms)

    def _verdict(
        self,
        rows: Ints,
        sums: WindowSums,
        belief: tuple[Floats, Floats],
        channel: NDArray[np.int32],
    ) -> _Verdict:
        """Judge a window's evidence by the lowest and highest price believed in it, (n,) each.

        An order line between the two confirms them. Other lines beside it had a discount.
        """
        low, high = belief
        lines = sums.public_lines[rows]
        kept = (sums.kept_lines[rows] > 0) & _near(
            sums.kept_price[rows].astype(np.float64), low[:, None], high[:, None]
        )
        paid = kept.any(axis=1)
        seen = _ratio(sums.quoted[rows], sums.quotes[rows])
        alone = (lines == 0) & ~np.isnan(seen) & ~self._clicks_lie()[channel]
        right = _near(seen, low, high)
        # clicks alone do not contradict a shop whose orders confirm its prices
        trust = self.channels
        heard = alone & ~((trust.confirmed > trust.contradicted) & (trust.confirmed > 0.0))[channel]
        known = ~np.isnan(low)
        return _Verdict(
            known & (((lines > 0) & paid) | (alone & right)),
            known & (((lines > 0) & ~paid) | (heard & ~right)),
            np.where(lines > 0, lines, sums.quotes[rows]),
        )

    def _first_news(self, rows: Ints, later: list[WindowSums], own: Belief) -> Flags:
        """Mask of the offers, (n,), of which the first later window with news contradicts."""
        found, open_ = np.zeros(len(rows), dtype=np.bool_), np.ones(len(rows), dtype=np.bool_)
        for sums in later:
            low = high = own.present
            for price in (sums.first_price[rows], sums.last_price[rows]):
                low = np.where(price > 0.0, np.minimum(low, price), low)
                high = np.maximum(high, price)
            verdict = self._verdict(rows, sums, (low, high), own.channel)
            found |= open_ & verdict.contradicts
            open_ &= ~(verdict.confirms | verdict.contradicts)
        return found

    def _count(self, channel: NDArray[np.int32], confirms: Flags, contradicts: Flags) -> None:
        trust, size = self.channels, self.channels.size
        right = np.bincount(channel[confirms], minlength=size)
        wrong = np.bincount(channel[contradicts], minlength=size)
        news = right + wrong > 0
        trust.confirmed[news] = MEMORY * trust.confirmed[news] + right[news]
        trust.contradicted[news] = MEMORY * trust.contradicted[news] + wrong[news]

    def _judge_clicks(self, channel: NDArray[np.int32], paid: Floats, seen: Floats) -> None:
        both = ~np.isnan(paid) & ~np.isnan(seen)
        right = both & _near(seen, paid, paid)
        trust, size = self.channels, self.channels.size
        agree = np.bincount(channel[right], minlength=size)
        differ = np.bincount(channel[both & ~right], minlength=size)
        news = agree + differ > 0
        trust.clicks_right[news] = MEMORY * trust.clicks_right[news] + agree[news]
        trust.clicks_wrong[news] = MEMORY * trust.clicks_wrong[news] + differ[news]

    def _clicks_lie(self) -> Flags:
        """Mask of the channels whose clicks name other prices than their orders."""
        trust = self.channels
        return np.asarray(trust.clicks_wrong > trust.clicks_right)


def _range(mean: Floats, first: Floats, last: Floats) -> tuple[Floats, Floats]:
    """The lowest and highest price that was in force for long in a window, (n,)."""
    first = np.where(np.abs(mean - last) > LEAST_SHARE * np.abs(first - last), first, last)
    low = np.minimum(np.minimum(mean, last), first)
    return low, np.maximum(np.maximum(mean, last), first)


def _near(price: Floats, low: Floats, high: Floats) -> Flags:
    """Whether prices are within [low, high], give or take what rounding moves; NaN is not."""
    above: Flags = price >= np.minimum(low * (1.0 - SAME), low - 1.0)
    return above & (price <= np.maximum(high * (1.0 + SAME), high + 1.0))


def _ratio(total: NDArray[Any], number: NDArray[np.int64]) -> Floats:
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)
