"""Customers are looked at, each at their own time: what they are offered until the next time.

Of what a customer buys again, the offers with the highest expected gain are tried: each is offered
at the depth that gains most, at one beside it now and then, or not at all. Nothing is offered while
the public price itself is low. Who is held out is offered nothing, and is watched alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from online_models.journal.outputs import Output
from online_models.pricing.offer_context import offer_context
from online_models.pricing.personal.choice import Choice, JudgedDepth, choose
from online_models.pricing.personal.draws import Draws
from online_models.pricing.personal.options import (
    DiscountCandidate,
    candidates,
    segment_terms,
)
from online_models.pricing.personal.personal_records import new_offer
from online_models.pricing.personal.response import habit
from online_models.pricing.personal.shopper_records import PersonalCustomer, PersonalTrial, Repeats
from online_models.pricing.pricing import Pricing
from online_models.shop.catalogue import PPM
from schemas.records.policy.personal import PersonalTerms
from schemas.records.policy.pricing_policies import SegmentTerms
from schemas.values import percentages


class _Tried(NamedTuple):
    """An offer that may be tried with a customer: its depths as judged, the first is none."""

    candidate: DiscountCandidate
    terms: SegmentTerms
    usual: float
    judged: list[JudgedDepth]


def _rank(tried: _Tried) -> tuple[float, float, int]:
    """What gains most comes first. Where nothing gains, what is bought most does, too: else the
    offers that are watched without a discount would be others than those that get one.
    """
    candidate = tried.candidate
    gain = max(each.worth for each in tried.judged)
    return -gain, -tried.usual * candidate.profit(candidate.public), candidate.row


def review(pricing: Pricing, now: int, part: tuple[int, int]) -> list[Output]:
    """Look at the customers whose time has come at `now` (ms); `part` as in `Draws.of`."""
    book = pricing.personal
    if not book.is_due(now):
        return []
    book.response.refresh()
    due: dict[str, list[tuple[int, PersonalCustomer]]] = {}
    for customer, known in book.due(now):
        due.setdefault(known.segment, []).append((customer, known))
    if not due:
        return []
    pricing.grow()
    outputs: list[Output] = []
    for segment in sorted(due):
        found = pricing.book.personal.get(segment)
        if found is None:
            for customer, _ in due[segment]:
                book.review_again(customer, now, pricing.settings.personal_offer_ms)
            continue
        terms, seed = found
        who = [customer for customer, _ in due[segment]]
        ends = [book.review_again(customer, now, terms.every) for customer in who]
        draws = Draws.of(seed, who, [end // terms.every for end in ends], terms, part)
        rows = {row for customer in who for row in book.repeats(customer)}
        known_offers = candidates(pricing, rows, now)
        for (customer, shopper), until, drawn in zip(due[segment], ends, draws, strict=True):
            mine = drawn.depths
            tried = _tried(pricing, customer, shopper, terms, known_offers) if mine else []
            for draw, each in zip(mine, tried, strict=False):
                span, luck = (now, until), None if drawn.held_out else draw
                outputs += _try(pricing, customer, shopper, terms, each, span, luck)
    return outputs


def _tried(
    pricing: Pricing,
    customer: int,
    shopper: PersonalCustomer,
    terms: PersonalTerms,
    known: Mapping[int, DiscountCandidate],
) -> list[_Tried]:
    """What may be tried with a customer, the most promising first."""
    book = pricing.personal
    found = []
    for row, repeats in book.repeats(customer).items():
        candidate = known.get(row)
        if candidate is None:
            continue
        own = segment_terms(candidate.terms, shopper.segment)
        if own is None or book.usual_prices.is_low(row, candidate.public):
            continue
        each = _judged(pricing, shopper, terms, candidate, own, repeats)
        if len(each.judged) > 1:
            found.append(each)
    found.sort(key=_rank)
    return found


def _judged(
    pricing: Pricing,
    shopper: PersonalCustomer,
    terms: PersonalTerms,
    candidate: DiscountCandidate,
    own: SegmentTerms,
    repeats: Repeats,
) -> _Tried:
    book, public = pricing.personal, candidate.public
    usual = repeats.expected(terms.every, book.pace)
    cluster, of_habit = shopper.sensitivity.cluster, habit(usual)
    dear = book.allowance.worth(book.allowance.key(shopper.segment, candidate.currency))

    def units(depth: float) -> float:
        return usual * book.response.multiple(cluster, of_habit, candidate.category, depth)

    without = units(0.0)
    unsure = abs(candidate.profit(public)) * without * book.response.doubt(cluster, 0.0)
    judged = [JudgedDepth(None, without, 0.0, 0.0, 0.0, unsure)]
    for depth in candidate.depths(own):
        off, profit = depth.off(public) / PPM, candidate.profit(depth.price)
        bought = units(off)
        gain = bought * profit - without * candidate.profit(public)
        given = bought * (public - depth.price)
        doubt = abs(profit) * bought * book.response.doubt(cluster, off)
        judged.append(JudgedDepth(depth, bought, gain, given, gain - dear * given, doubt))
    return _Tried(candidate, own, usual, judged)


def _try(
    pricing: Pricing,
    customer: int,
    shopper: PersonalCustomer,
    terms: PersonalTerms,
    tried: _Tried,
    span: tuple[int, int],
    luck: float | None,
) -> Iterator[Output]:
    """Choose what the customer is offered by a draw from (0, 1), or nothing where he is held out
    (None); remember it, and say so.
    """
    book, candidate = pricing.personal, tried.candidate
    cluster = shopper.sensitivity.cluster
    purse = book.allowance.key(shopper.segment, candidate.currency)
    choice = Choice(tried.judged[0], 1.0)
    if luck is not None:
        allowed = list(_allowed(pricing, shopper, terms, tried, purse))
        choice = choose(allowed, float(terms.explore), luck)
    depth, public = choice.judged.depth, candidate.public
    trial = PersonalTrial(
        candidate.row,
        *span,
        public if depth is None else depth.price,
        public,
        0 if depth is None else depth.discount,
        0 if depth is None else depth.off(public),
        tried.usual,
        cluster,
        candidate.category,
        choice.judged.given,
        purse,
    )
    book.try_out(customer, trial)
    if depth is None:
        return
    book.allowance.give(purse, choice.judged.given)
    book.gap.enter(shopper.segment, cluster, trial.off)
    context = offer_context(pricing, candidate.row, span[0])
    without = tried.judged[0].units
    yield new_offer(context, candidate, tried.terms, customer, trial, choice, without)


def _allowed(
    pricing: Pricing, shopper: PersonalCustomer, terms: PersonalTerms, tried: _Tried, purse: str
) -> Iterator[JudgedDepth]:
    """Nothing, and the depths that the budget and the gap between clusters allow."""
    book, cluster = pricing.personal, shopper.sensitivity.cluster
    left = book.allowance.left(purse, float(terms.budget)) if terms.budget is not None else None
    for each in tried.judged:
        if each.depth is not None:
            if left is not None and each.given > left:
                continue
            if terms.largest_gap is not None and not book.gap.allows(
                shopper.segment,
                cluster,
                each.depth.off(tried.candidate.public),
                percentages.to_ppm(terms.largest_gap),
            ):
                continue
        yield each
