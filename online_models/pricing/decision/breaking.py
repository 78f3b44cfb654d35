"""A batch that moves too much of a category: the rest waits for a human."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.journal.outputs import Output
from online_models.pricing.context.decision_context import DecisionContext, Flags, Ints
from online_models.pricing.state.breakers import Breakers, ChangeCount, Key
from online_models.shop.catalogue import PPM
from schemas.records.policy.breaker import Breaker
from schemas.values.durations import to_text as duration_text
from schemas.values.instants import to_text
from schemas.values.percentages import to_ppm
from schemas.values.percentages import to_text as percent_text


@dataclass(frozen=True, slots=True)
class Trip:
    """The decision at `place` would have been too much: what had changed till then."""

    place: int
    key: Key
    count: ChangeCount


class Broken(NamedTuple):
    """Which offers' changes wait, (n,), until when (ms), what had changed by then, and the counts
    as they are once the decisions are entered.
    """

    waits: Flags
    until: Ints
    changes: Ints
    offers: Ints
    moves_ppm: Ints
    counts: dict[Key, ChangeCount]
    trips: list[Trip]


def broken(
    context: DecisionContext, breakers: Breakers, price: Ints, wants: Flags
) -> Broken | None:
    """Count the changes that strategies want, (n,), in the order of the offers; None where the
    policy has no breaker.
    """
    breaker = context.terms.policy.breaker
    if breaker is None:
        return None
    n = len(context)
    found = Broken(
        np.zeros(n, dtype=np.bool_),
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        {},
        [],
    )
    category = context.state.catalogue.skus.category[context.sku]
    for place in wants.nonzero()[0].tolist():
        group = context.terms.policy_version, int(category[place]), int(context.channel[place])
        key = (*group, context.terms.digits)
        now = int(context.now[place])
        count = found.counts.get(key) or breakers.at(key, now)
        if count is None or now >= count.end:
            count = ChangeCount(now, now + breaker.window, _offers(context, place))
        before = int(context.price[place])
        move = (int(price[place]) - before) * PPM // max(before, 1)
        if not count.tripped and _too_much(breaker, count, move):
            count = count._replace(tripped=True)
            found.trips.append(Trip(place, key, count))
        if count.tripped:
            found.waits[place] = True
        else:
            moved = count.moves_ppm + move
            count = count._replace(changes=count.changes + 1, moves_ppm=moved)
        found.until[place], found.changes[place] = count.end, count.changes
        found.offers[place], found.moves_ppm[place] = count.offers, count.moves_ppm
        found.counts[key] = count
    return found


def _offers(context: DecisionContext, place: int) -> int:
    """How many offers are like the one at `place`: of its category, on its channel, on sale."""
    catalogue = context.state.catalogue
    offers, skus = catalogue.offers, catalogue.skus
    sku = int(context.sku[place])
    alike = offers.listed & (offers.channel == context.channel[place])
    alike &= skus.category[offers.sku] == skus.category[sku]
    alike &= skus.digits[offers.sku] == skus.digits[sku]
    alike &= (
        context.state.ledger.policy[: offers.size]
        == context.state.ledger.policy[context.rows[place]]
    )
    return int(np.count_nonzero(alike))


def _too_much(breaker: Breaker, count: ChangeCount, move: int) -> bool:
    """Whether one more change, by `move` ppm, is too much; the first of a window never is."""
    if count.changes == 0:
        return False
    share, mean = breaker.largest_share, breaker.largest_mean_move
    if share is not None and (count.changes + 1) * PPM > to_ppm(share) * count.offers:
        return True
    return mean is not None and abs(count.moves_ppm + move) > to_ppm(mean) * count.offers


def facts(breaker: Breaker) -> dict[str, Any]:
    """The terms of a breaker, for an explanation."""
    terms: dict[str, Any] = {}
    if breaker.largest_share is not None:
        terms["largest_share"] = percent_text(breaker.largest_share)
    if breaker.largest_mean_move is not None:
        terms["largest_mean_move"] = percent_text(breaker.largest_mean_move)
    return {**terms, "window": duration_text(breaker.window)}


def tripped(context: DecisionContext, trip: Trip) -> Output:
    """The alert about it: once a window."""
    catalogue, count = context.state.catalogue, trip.count
    policy = context.terms.policy
    _, category, channel, _ = trip.key
    named = catalogue.category_names[category] if category >= 0 else "no category"
    where = catalogue.channel_names[channel]
    now = int(context.now[trip.place])
    mean = count.moves_ppm / max(count.offers, 1) / 10_000
    message = (
        f"{count.changes} of {count.offers} offers of {named} on {where} have changed since"
        f" {to_text(count.start)}, by {mean:+.2f} % on average over all: what policy"
        f" {policy.policy_id} wants beyond waits for approval until {to_text(count.end)}"
        f"{context.state.settings.named_part}"
    )
    value = {
        "kind": "breaker_tripped",
        "severity": "critical",
        "message": message,
        "time": to_text(now),
        "details": {
            "policy_id": policy.policy_id,
            "category": named,
            "channel": where,
            "changed": count.changes,
            "offers": count.offers,
            "until": to_text(count.end),
            **({} if policy.breaker is None else facts(policy.breaker)),
        },
    }
    key = b"breaker_tripped"
    return Output("pricing-alerts", key, msgspec.json.encode(value), now)


def instants(until: Ints, rows: NDArray[np.int64]) -> list[bytes]:
    """Instants as JSON texts."""
    return [f'"{to_text(end)}"'.encode() for end in until[rows].tolist()]
