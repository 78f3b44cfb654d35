"""The strategies of a policy, asked in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.numerics.masks import anywhere, everywhere
from online_models.pricing.context.decision_context import NO_CEILING, DecisionContext, Flags, Ints
from online_models.pricing.decision.explore import Draw, draw
from online_models.pricing.decision.reasons import CODES
from online_models.pricing.strategies import STRATEGIES
from online_models.pricing.strategies.because import BECAUSE, Because
from online_models.pricing.strategies.optimise import Optimise
from online_models.pricing.trace.steps import Numbers, Trace, Values, members
from online_models.shop.catalogue import NO_PRICE, ROLES

_BY_KIND = {strategy.kind: strategy for strategy in STRATEGIES}


@dataclass(slots=True)
class TargetPrice:
    """What the sources want, shape (n,): raw prices, the reason code of who spoke, whether the
    price follows a competitor, when to ask again, where the competitors' prices are all too old,
    where a competitor has answered the last undercut, and where a price is rounded down.
    """

    raw: Ints
    by: NDArray[np.int8]
    pulls: Flags
    again: Ints
    stale: Flags
    answered: Flags
    at_most: Flags


class Silent(NamedTuple):
    """An entry of the policy that had no price for some offers, and why, (n,)."""

    kind: str
    silences: tuple[str, ...]
    why: NDArray[np.int8]

    def text(self, why: int) -> str:
        """Why it had none, by the index of the reason."""
        return f"{self.kind} has no price, as {self.silences[why]}"


def ask(
    context: DecisionContext,
    trace: Trace,
    strategic: Flags,
    given: Ints,
    source: NDArray[np.int8],
    boundary: Ints,
) -> tuple[Trace, TargetPrice]:
    """Ask the strategies for the `strategic` offers; the first that yields a price is used, and
    explained in the trace that is returned.

    Behind the last one stands `keep`: an offer for which nobody speaks returns to its home. The
    others have the price `given` by their `source`; all are due at the `boundary`.
    """
    n = len(context)
    nowhere = np.zeros(n, dtype=np.bool_)
    target = TargetPrice(
        given.copy(),
        source.copy(),
        nowhere.copy(),
        boundary.copy(),
        nowhere.copy(),
        nowhere.copy(),
        nowhere,
    )
    left = strategic.nonzero()[0]
    passed_over: list[Silent] = []
    for entry in (*context.terms.policy.strategy, None):
        if not len(left):
            break
        kind = "keep" if entry is None else entry.kind
        strategy = _BY_KIND.get(kind)
        if strategy is None:
            continue
        whole = len(left) == n
        proposal = strategy.propose(entry, context if whole else context.take(left))
        target.again[left] = np.minimum(target.again[left], proposal.again)
        if proposal.answered is not None:
            target.answered[left] |= proposal.answered
        if proposal.stale is not None:
            target.stale[left] |= proposal.stale
        yields = (proposal.price != NO_PRICE) & (proposal.price <= context.largest)
        chosen = left[yields]
        silence = np.zeros(n, dtype=np.int8)
        if proposal.silence is not None:
            silence[left] = proposal.silence
        if not len(chosen):
            passed_over.append(Silent(kind, strategy.silences, silence))
            continue
        target.raw[chosen] = proposal.price[yields]
        target.by[chosen] = CODES[kind]
        target.pulls[chosen] = proposal.pulls
        target.at_most[chosen] = proposal.at_most
        details = proposal.details if whole else widened(proposal.details, left, n)
        because = proposal.because
        if because is not None and not whole:
            because = because.widened(left, n)
        priced = np.zeros(n, dtype=np.bool_)
        priced[chosen] = True
        facts = members(proposal.facts)
        raw, silent = target.raw.copy(), [*passed_over]
        trace = _explained(trace, kind, raw, details, facts, priced, because, silent)
        left = left[~yields]
        passed_over.append(Silent(kind, strategy.silences, silence))
    return trace, target


def _explained(
    trace: Trace,
    kind: str,
    raw: Ints,
    details: Mapping[str, Values],
    facts: bytes,
    priced: Flags,
    because: Because | None,
    passed_over: Sequence[Silent],
) -> Trace:
    """The trace with the step of a strategy for the offers that it `priced`, and with what moved
    its price where anything did.
    """
    moved = priced & (because.applies if because is not None else False)
    if passed_over:
        moved = priced
    alone = priced & ~moved
    if anywhere(alone):
        trace = trace.then(kind, raw, details, facts, None if everywhere(alone) else alone)
    if anywhere(moved):
        causes = {**details, BECAUSE: partial(_causes, because, passed_over)}
        trace = trace.then(kind, raw, causes, facts, None if everywhere(moved) else moved)
    return trace


def _causes(because: Because | None, passed_over: Sequence[Silent], rows: Ints) -> list[bytes]:
    """The detail `because` of some offers."""
    columns = [] if because is None else list(because.members(rows))
    if passed_over:
        reasons = list(zip(*(silent.why[rows].tolist() for silent in passed_over), strict=True))
        said = {why: _texts(passed_over, why) for why in dict.fromkeys(reasons)}
        columns.insert(0, list(map(said.__getitem__, reasons)))
    # without the first comma
    return [b"{%b}" % members[1:] for members in map(b"".join, zip(*columns, strict=True))]


def _texts(passed_over: Sequence[Silent], reasons: Sequence[int]) -> bytes:
    texts = [silent.text(why) for silent, why in zip(passed_over, reasons, strict=True)]
    return b',"passed_over":' + msgspec.json.encode(texts)


def explore(
    context: DecisionContext, trace: Trace, target: TargetPrice
) -> tuple[Trace, Draw | None]:
    """Replace what `optimise` wants by a draw, where the policy explores; None where nothing is
    drawn.

    Key value items are left alone: customers judge the shop by their prices.
    Elsewhere the price drawn is NO_PRICE, its probability 1 and its deviation NaN.
    """
    if context.terms.exploration_budget < 0:
        return trace, None
    n = len(context)
    free = (target.by == CODES[Optimise.kind]) & (
        context.legal.reach_low <= context.legal.reach_high
    )
    free &= context.state.catalogue.skus.role[context.sku] != ROLES.index("kvi")
    rows = free.nonzero()[0]
    if not len(rows):
        return trace, None
    drawn, propensity = np.full(n, NO_PRICE, dtype=np.int64), np.ones(n)
    deviation = np.full(n, np.nan)
    result = draw(context if len(rows) == n else context.take(rows), target.raw[rows])
    drawn[rows], propensity[rows] = result.price, result.propensity
    deviation[rows] = result.deviation
    budget = context.terms.policy.explore.budget
    trace = trace.then(
        "explore",
        np.where(free, drawn, target.raw),
        {"propensity": Numbers(propensity, b"%.6g")},
        members({"kind": "thompson"} | ({} if budget is None else {"budget": str(budget)})),
        None if len(rows) == n else free,
    )
    return trace, Draw(drawn, propensity, deviation)


def widened(details: Mapping[str, Values], rows: Ints, n: int) -> dict[str, Values]:
    """Details of some of n offers as details of all."""
    place = np.zeros(n, dtype=np.int64)
    place[rows] = np.arange(len(rows))

    def wide(values: Values) -> Values:
        if callable(values):
            narrow = values
            return lambda at: narrow(place[at])
        if isinstance(values, Numbers):
            return Numbers(values.values[place], values.form)
        column = np.full(n, NO_CEILING, dtype=np.int64)
        column[rows] = values
        return column

    return {name: wide(values) for name, values in details.items()}
