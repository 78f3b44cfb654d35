"""Writes decisions into the ledger and the history, and looks ahead to when to decide again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.compiled import compiled
from online_models.numerics.masks import anywhere, everywhere
from online_models.pricing.context.decision_context import Flags, Ints
from online_models.pricing.decision.reasons import (
    CODES,
    SOURCE_NAMES,
    UNBOUND,
    Outcome,
    PriceOrigin,
    table,
)
from online_models.pricing.decision.resolve import Resolved
from online_models.pricing.decision.sources import UNDECIDED
from online_models.pricing.guardrails.chain import GuardrailResult
from online_models.pricing.state.history import PriceHistory
from online_models.pricing.state.promotions import NONE
from online_models.shop.catalogue import NEVER, NO_PRICE

_KEEP = CODES["keep"]
#: As compiled rules read them.
_REJECTED, _HELD, _RETURN = Outcome.REJECTED, Outcome.HELD, PriceOrigin.RETURN
#: Sources that leave an offer's home alone, and those that leave its regular price alone while a
#: promotion is in force.
_HOME_STAYS = table(
    [PriceOrigin.PROMOTION, PriceOrigin.RETURN, PriceOrigin.HOLDOUT], len(SOURCE_NAMES)
)
_ABOVE = table(
    [PriceOrigin.PROMOTION, PriceOrigin.OVERRIDE, PriceOrigin.ROLLBACK], len(SOURCE_NAMES)
)


def unchanged(resolved: Resolved) -> Flags:
    """Where the decision says again what the last published one said."""
    ledger, rows = resolved.context.state.ledger, resolved.context.rows
    same: Flags = (
        (resolved.outcome == Outcome.HELD)
        & (ledger.outcome[rows] == Outcome.HELD)
        & (ledger.raw_price[rows] == resolved.target.raw)
        & (ledger.reason[rows] == resolved.reason)
        & (ledger.policy_version[rows] == resolved.context.terms.policy_version)
    )
    return same


def needs_publishing(resolved: Resolved, published: NDArray[np.intp]) -> Flags:
    """Where a published decision changes the price shown, or is the first of a policy version."""
    ledger, rows = resolved.context.state.ledger, resolved.context.rows[published]
    another = ledger.policy_version[rows] != resolved.context.terms.policy_version
    return np.asarray(resolved.moves[published] | another)


class Numbered(NamedTuple):
    """The numbers of the published decisions, (published,): of each among the offer's decisions,
    and of the price that it shows among the offer's prices.
    """

    sequence: Ints
    revision: Ints


def enter(resolved: Resolved, published: NDArray[np.intp], history: PriceHistory) -> Numbered:
    """Number the published decisions, and bring the books in line with all of them."""
    ledger, rows = resolved.context.state.ledger, resolved.context.rows[published]
    ledger.sequence[rows] += 1
    ledger.raw_price[rows] = resolved.target.raw[published]
    ledger.outcome[rows] = resolved.outcome[published]
    ledger.reason[rows] = resolved.reason[published]
    ledger.policy_version[rows] = resolved.context.terms.policy_version
    _enter_prices(resolved, history)
    return Numbered(ledger.sequence[rows], ledger.revision[rows])


def _enter_prices(resolved: Resolved, history: PriceHistory) -> None:
    moves = resolved.moves
    changed = moves.nonzero()[0]
    if len(changed):
        _write_changes(resolved, changed, history)
    # a price that was drawn again is in force by the new draw
    drawn = moves | resolved.drawn
    deviation = resolved.context.state.ledger.deviation
    deviation[resolved.context.rows[drawn]] = resolved.deviation[drawn]
    if anywhere(resolved.target.answered) or anywhere(resolved.target.pulls):
        _write_race(resolved)
    _settle_base(resolved)
    _write_proposals(resolved)
    _schedule(resolved)


def _write_changes(resolved: Resolved, changed: NDArray[np.intp], history: PriceHistory) -> None:
    context = resolved.context
    ledger, rows, now = context.state.ledger, context.rows[changed], context.now[changed]
    price, source = resolved.price[changed], resolved.source[changed]
    day = context.state.days.number(now)
    today = ledger.changes_day[rows] == day
    base = np.where(source == PriceOrigin.PROMOTION, context.regular_price[changed], price)
    history.append(ledger.history_entry, rows, now, price, base, ledger.sequence[rows])
    _write_home(resolved, changed)
    ledger.price[rows] = price
    ledger.price_forced[rows] = resolved.by_force[changed]
    published = ~ledger.shadow[rows]
    ledger.revision[rows] += published
    ledger.changed_at[rows] = now
    ledger.changes_on_day[rows] = np.where(today, ledger.changes_on_day[rows], 0) + 1
    ledger.changes_day[rows] = day
    ledger.ack_due[rows] = np.where(published, now + context.state.settings.ack_timeout_ms, NEVER)
    ledger.drawn_price[rows] = np.where(resolved.drawn[changed], price, NO_PRICE)
    ledger.drawn_day[rows] = day
    ledger.propensity[rows] = resolved.propensity[changed]
    reduced = source == PriceOrigin.PROMOTION
    ledger.promotion[rows] = NONE
    if anywhere(reduced):
        rows, promotion = rows[reduced], resolved.promotion.promotion[changed][reduced]
        first = ledger.reduced_by[rows] != promotion
        ledger.reduced_by[rows[first]] = promotion[first]
        ledger.reduced_at[rows[first]] = now[reduced][first]
        ledger.promotion[rows] = promotion


def _write_home(resolved: Resolved, changed: NDArray[np.intp]) -> None:
    """Remember the price before a pull; whatever else moves the price makes that its home."""
    context = resolved.context
    ledger, rows = context.state.ledger, context.rows[changed]
    source, by = resolved.source[changed], resolved.target.by[changed]
    home, base, price = (
        ledger.pre_match_price[rows],
        context.regular_price[changed],
        resolved.price[changed],
    )
    before = np.where(home == NO_PRICE, base, home)
    approved = source == PriceOrigin.APPROVED
    pull = np.where(approved, ledger.proposal_follows[rows], resolved.target.pulls[changed])
    passing = _passing(resolved)[changed]
    stays = _HOME_STAYS[source] | (by == _KEEP) | passing
    ledger.pre_match_price[rows] = np.where(stays, home, np.where(pull, before, price))


def _passing(resolved: Resolved) -> Flags:
    """Where a manual price rules that ends by itself."""
    ledger, rows = resolved.context.state.ledger, resolved.context.rows
    until = ledger.override_until[rows]
    return np.asarray((resolved.source == PriceOrigin.OVERRIDE) & (until != NEVER))


def _write_race(resolved: Resolved) -> None:
    """Count the rounds of a race with a competitor; send the offer home where they are enough."""
    context, target = resolved.context, resolved.target
    ledger, rows, settings = context.state.ledger, context.rows, context.state.settings
    limit_reached = target.answered & (ledger.answered_undercuts[rows] >= settings.undercut_rounds)
    ledger.undercut_pause_until[rows[limit_reached]] = (
        context.now[limit_reached] + settings.undercut_pause_ms
    )
    ledger.answered_undercuts[rows[limit_reached]] = 0
    follows = resolved.moves & target.pulls
    answers = follows & target.answered & (resolved.price < context.price)
    ledger.answered_undercuts[rows[follows & ~answers]] = 0
    ledger.answered_undercuts[rows[answers]] += 1


def _settle_base(resolved: Resolved) -> None:
    """The regular price follows the price shown, but for a promotion and what overrides it, and
    for a manual price that ends by itself.
    """
    ledger, rows = resolved.context.state.ledger, resolved.context.rows
    if everywhere(resolved.source == PriceOrigin.STRATEGY):
        ledger.regular_price[rows] = ledger.price[rows]
        return
    promotion = resolved.promotion
    promoted = (promotion.promotion != NONE) & (promotion.price < resolved.context.regular_price)
    follows = ~(promoted & _ABOVE[resolved.source]) & ~UNBOUND[resolved.source]
    held_return = (resolved.source == PriceOrigin.RETURN) & (resolved.outcome == Outcome.HELD)
    follows &= ~held_return & ~_passing(resolved)
    ledger.regular_price[rows[follows]] = ledger.price[rows[follows]]


def _write_proposals(resolved: Resolved) -> None:
    context = resolved.context
    ledger, rows = context.state.ledger, context.rows
    source, outcome = resolved.source, resolved.outcome
    if not anywhere((outcome >= Outcome.PROPOSED) | (ledger.proposal[rows] != NONE)):
        return
    over = outcome == Outcome.REJECTED
    if anywhere(over):
        some = rows[over]
        ledger.declined_raw_price[some] = ledger.proposal_raw_price[some]
        ledger.declined_version[some] = context.terms.policy_version
    awaiting = resolved.reason == CODES["awaiting_approval"]
    undone = over | resolved.moves | ((source == PriceOrigin.STRATEGY) & ~awaiting)
    some = rows[undone & (ledger.proposal[rows] != NONE)]
    if len(some):
        ledger.proposal[some] = NONE
        ledger.proposal_expires[some] = NEVER
        ledger.verdict[some] = UNDECIDED
    fresh = np.flatnonzero(outcome == Outcome.PROPOSED)
    if len(fresh):
        some = rows[fresh]
        ledger.proposal[some] = ledger.sequence[some]
        ledger.proposal_price[some] = resolved.price[fresh]
        ledger.proposal_raw_price[some] = resolved.target.raw[fresh]
        ledger.proposal_follows[some] = resolved.target.pulls[fresh]
        expires = context.terms.policy.approval.expires_after
        ledger.proposal_expires[some] = context.now[fresh] + expires


def _schedule(resolved: Resolved) -> None:
    """The next instant at which time alone may change the answer."""
    context, ledger = resolved.context, resolved.context.state.ledger
    ledger.due[context.rows] = _due(
        context.rows,
        context.now,
        np.minimum(resolved.target.again, resolved.passage.delayed),
        resolved.moves & _further(resolved, resolved.passage),
        resolved.outcome,
        resolved.source,
        ledger.override_price,
        ledger.override_until,
        ledger.proposal_expires,
        ledger.ack_due,
        ledger.retry_at,
    )


@compiled
def _due(
    rows: Ints,
    now: Ints,
    again: Ints,
    further: Flags,
    outcome: NDArray[np.int8],
    source: NDArray[np.int8],
    override: Ints,
    override_until: Ints,
    proposal_expires: Ints,
    ack_due: Ints,
    retry_at: Ints,
) -> Ints:
    due = np.empty_like(now)
    for i in range(rows.size):
        row, soon = rows[i], now[i] + 1
        over = outcome[i] == _REJECTED or source[i] == _RETURN
        at = soon if further[i] or (over and outcome[i] != _HELD) else again[i]
        if override[row] != NO_PRICE:
            at = min(at, override_until[row])
        at = min(at, proposal_expires[row], ack_due[row])
        if retry_at[row] > now[i]:
            at = min(at, retry_at[row])
        due[i] = max(at, soon)
    return due


def _further(resolved: Resolved, passage: GuardrailResult) -> Flags:
    """Where a rule let only part of the wished way go."""
    return np.asarray((passage.binding >= 0) & (resolved.target.raw != resolved.price))
