"""Follow the competitors."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.numerics.compiled import compiled
from online_models.numerics.masks import anywhere
from online_models.numerics.ratios import round_one
from online_models.pricing.context.decision_context import (
    NO_CEILING,
    DecisionContext,
    Flags,
)
from online_models.pricing.strategies.because import BECAUSE, Because
from online_models.pricing.strategies.following import Following, following, offset_terms
from online_models.pricing.strategies.strategy import Detail, Ints, Proposal
from online_models.pricing.trace.sheet import minor
from online_models.pricing.trace.steps import Values
from online_models.shop.catalogue import NEVER, NO_PRICE, PPM
from online_models.shop.quotes import Quotes, next_entry, usable
from schemas.records.policy.strategies import MatchCompetitor as Entry
from schemas.values.money import LARGEST_MINOR
from schemas.values.offsets import Offset


class MatchCompetitor:
    """The lowest, median or `rank`-th lowest competitor price, moved by the offset. Where there are
    fewer competitors than `rank`, nobody is in that place, and it has nothing to say.

    A competitor counts where it is in stock, fresh, surely the same product, not excluded, known
    for long enough and not the merchant. It is followed upwards as downwards, whatever the price
    was before. Where none counts, the next entry is asked: `keep` returns the offer to the price
    before competitors moved it. A competitor that answers every undercut by its own is a repricer:
    after some rounds the offer pauses at home for a while, instead of racing it to the floor.
    """

    kind = "match_competitor"
    silences = (
        "no competitor's price counts",
        "every competitor's price is too old",
        "fewer competitors count than its rank",
        "it rests after a race of undercutting",
    )

    def propose(self, entry: Entry, context: DecisionContext) -> Proposal:
        """The competitor's price plus the offset, where a competitor counts."""
        state = context.state
        competitors, ledger, settings = state.competitors, state.ledger, state.settings
        terms = following(entry, context.terms.digits, competitors.names.names)
        found = _follow(
            terms,
            context.quotes,
            Followers(
                context.rows,
                context.now,
                context.price,
                context.changed_at,
            ),
            UndercutRaces(ledger.undercut_pause_until, ledger.answered_undercuts),
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
            found.target,
            found.again,
            details,
            facts,
            True,
            found.stale,
            found.answered,
            _because(entry, context, found),
            found.silence,
            terms.at_most,
        )

    def sentence(self, detail: Detail) -> str:
        """What its step of an explanation says, without the price that follows."""
        because = detail.get(BECAUSE, {})
        which, named = detail["which"], detail["competitor"]
        place = f"number {because['rank']} from the lowest" if which == "rank" else f"the {which}"
        followed = f"{place} of the competitors that count"
        followed = f"{named}, {followed}," if named else followed
        parcel = f" ({because['shipping']} of it shipping)" if "shipping" in because else ""
        least = " (no price is smaller)" if "smallest" in because else ""
        asked = f"{detail['rival']}{parcel}, offset {detail['offset']}{least}"
        return f"Following {followed} at {asked}, gives"

    def recompute(self, detail: Detail, digits: int) -> int:
        """The competitor's price, moved by the offset."""
        return moved(Offset.parse(detail["offset"]), minor(detail["rival"], digits), digits)


def _because(entry: Entry, context: DecisionContext, found: Followed) -> Because:
    """What the price followed is made of, where it is not simply what one competitor asks."""
    because = Because(len(context), context.terms.digits)
    if entry.which == "rank":
        counts = found.matched < NO_CEILING
        because.number("rank", counts, np.full(len(context), entry.rank or 1))
    if entry.include_shipping:
        one = found.which >= 0
        if anywhere(one):
            shipping = np.where(one, context.state.competitors.entries.shipping[found.which], 0)
            because.money("shipping", one & (shipping > 0), shipping)
    because.text("smallest", (found.target == 1) & (found.matched > 1), "no price is smaller")
    return because


class Followers(NamedTuple):
    """The offers' columns, (n,)."""

    rows: Ints
    now: Ints
    price: Ints
    changed_at: Ints


class UndercutRaces(NamedTuple):
    """The ledger's columns about competitors, by offer row."""

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
    #: Why there is no price, an index of `silences`.
    silence: NDArray[np.int8]


@compiled
def _follow(
    terms: Following,
    quotes: Quotes,
    offers: Followers,
    races: UndercutRaces,
    undercut_answer: float,
    undercut_rounds: int,
) -> Followed:
    n, width = offers.rows.size, quotes.most
    target, matched = np.full(n, NO_PRICE), np.full(n, NO_CEILING)
    again, which = np.full(n, NEVER), np.full(n, -1, np.int32)
    stale, answered = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    silence = np.zeros(n, np.int8)
    asked, entries = np.empty(width, np.int64), np.empty(width, np.int32)
    for i in range(n):
        row, now, price = offers.rows[i], offers.now[i], offers.price[i]
        # the usable quotes in ascending order of what is asked, equals in that of their places
        count, known = 0, False
        after, beside = quotes.everywhere[i], quotes.beside[i]
        while after >= 0 or beside >= 0:
            entry, after, beside = next_entry(quotes.following, after, beside)
            if not usable(quotes, entry):
                continue
            if quotes.confidence_ppm[entry] < terms.least_confidence:
                continue
            if not terms.admitted[quotes.competitor[entry]]:
                continue
            proven = quotes.since[entry] + terms.known_for
            if terms.known_for > 0 and now < proven:
                again[i] = min(again[i], proven)
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
        silence[i] = 1 if stale[i] else (2 if count > 0 else 0)
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
        if target[i] != NO_PRICE and (pauses or limit_reached):
            target[i] = NO_PRICE
            silence[i] = 3
    return Followed(target, again, matched, which, stale, answered, silence)


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
    return _shifted(price, *offset_terms(offset, digits))
