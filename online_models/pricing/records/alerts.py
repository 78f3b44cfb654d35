"""What a merchant should know about an offer, said once per trouble and again after a while."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.journal.outputs import Output
from online_models.numerics.masks import everywhere
from online_models.pricing.decision.reasons import UNBOUND
from online_models.pricing.decision.resolve import Resolved
from online_models.pricing.guardrails.bounds import NOBODY
from online_models.pricing.guardrails.chain import pair_names
from online_models.pricing.profit.economics import margin_floor
from online_models.pricing.profit.objective import SellingSpan, outlook
from online_models.pricing.state.ledger import BLOCKED
from online_models.shop.catalogue import Catalogue
from schemas.values.instants import DAY, to_text
from schemas.values.limits import readable
from schemas.values.money import texts

Placed = tuple[int, Output]


def alert(
    catalogue: Catalogue,
    row: int,
    kind: str,
    severity: str,
    message: str,
    now: int,
    details: dict[str, Any],
) -> Output:
    """A `pricing-alerts` record about an offer."""
    sku, channel = catalogue.offer_name(row)
    value = {
        "kind": kind,
        "severity": severity,
        "sku": sku,
        "channel": channel,
        "message": readable(message),
        "time": to_text(now),
        "details": details,
    }
    return Output("pricing-alerts", sku.encode(), msgspec.json.encode(value), now)


def alerts(resolved: Resolved) -> list[Placed]:
    """The alerts of written decisions, with their place among the offers."""
    return [*_conflicts(resolved), *_stale(resolved), *_below_cost(resolved)]


def _conflicts(resolved: Resolved) -> list[Placed]:
    context, passage = resolved.context, resolved.passage
    ledger, rows, now = context.state.ledger, context.rows, context.now
    # nobody's code has all bits set: so has what is left of three of them
    if everywhere(passage.conflict & passage.stuck & ledger.reported_conflict[rows] == NOBODY):
        return []
    crossed = passage.conflict >= 0
    pairs = np.where(crossed, passage.conflict, passage.stuck)
    codes = np.where(crossed | (pairs < 0), pairs, BLOCKED - pairs)
    known = (ledger.reported_conflict[rows] == codes) & (
        now - context.state.settings.alert_again_ms < ledger.conflict_reported_ms[rows]
    )
    fresh = ((pairs >= 0) & ~known).nonzero()[0]
    # A way that is blocked comes and goes with every price of a competitor: it is remembered.
    passing = (pairs < 0) & (ledger.reported_conflict[rows] <= BLOCKED)
    kept = ~UNBOUND[resolved.source] & ~passing
    ledger.reported_conflict[rows[kept]] = codes[kept]
    ledger.conflict_reported_ms[rows[fresh]] = now[fresh]
    found: list[Placed] = []
    for place in fresh.tolist():
        names = pair_names(int(pairs[place]))
        both = " and ".join(names)
        severity, message = "warning", f"{both} leave no way to the wanted price"
        if crossed[place]:
            severity, message = "critical", f"{both} leave no legal price"
        price = texts([int(context.price[place])], context.terms.digits)[0]
        details = {"bounds": names, "price": price, "policy_id": context.terms.policy.policy_id}
        record = alert(
            context.state.catalogue,
            int(rows[place]),
            "bounds_conflict",
            severity,
            f"{message}: the price in force stays",
            int(now[place]),
            details,
        )
        found.append((place, record))
    return found


def _stale(resolved: Resolved) -> list[Placed]:
    context = resolved.context
    ledger, rows = context.state.ledger, context.rows
    fresh = (resolved.target.stale & ~ledger.stale_reported[rows]).nonzero()[0]
    ledger.stale_reported[rows] = resolved.target.stale
    message = "no competitor price is fresh enough to be followed"
    return [
        (
            place,
            alert(
                context.state.catalogue,
                int(rows[place]),
                "stale_competitors",
                "warning",
                message,
                int(context.now[place]),
                {},
            ),
        )
        for place in fresh.tolist()
    ]


def _below_cost(resolved: Resolved) -> list[Placed]:
    context = resolved.context
    ledger, rows = context.state.ledger, context.rows
    floor = margin_floor(context, 0)
    below = ledger.price[rows] < floor
    fresh = (below & ~ledger.below_cost_reported[rows]).nonzero()[0]
    ledger.below_cost_reported[rows] = below
    found: list[Placed] = []
    for place in fresh.tolist():
        row = int(rows[place])
        price, least = texts([int(ledger.price[row]), int(floor[place])], context.terms.digits)
        message = f"the price in force, {price}, is below {least}, which cost, tax and fees take"
        found.append(
            (
                place,
                alert(
                    context.state.catalogue,
                    row,
                    "selling_below_cost",
                    "critical",
                    message,
                    int(context.now[place]),
                    {"price": price, "break_even": least},
                ),
            )
        )
    return found


def missing_ack(catalogue: Catalogue, row: int, decision_id: str, now: int) -> Output:
    """A change that the shop has not acknowledged in time."""
    message = (
        f"the shop has not acknowledged decision {decision_id}: its price is taken for shown from"
        " now on. A shop that takes longer wants a longer ack_timeout"
    )
    details = {"decision_id": decision_id}
    return alert(catalogue, row, "ack_missing", "warning", message, now, details)


def feed_silent(latest: int, now: int, part: str) -> Output:
    """No competitor price at all, in a part of the shop, for longer than the setting
    `feed_silence_ms`.
    """
    value = {
        "kind": "price_feed_silent",
        "severity": "warning",
        "message": f"no competitor price has come since {to_text(latest)}{part}",
        "time": to_text(now),
        "details": {"latest": to_text(latest)},
    }
    return Output("pricing-alerts", b"price_feed_silent", msgspec.json.encode(value), now)


def stockouts(resolved: Resolved, published: NDArray[np.intp]) -> list[Placed]:
    """`stockout_ahead` for published decisions whose stock will not last at the price in force.

    It has to last until the next arrival; where none is announced, until one usually comes, for the
    setting `stockout_horizon_ms` at most. Said once, until it lasts again.
    """
    known = published[resolved.context.on_hand[published] > 0]
    if not len(known):
        return []
    context = resolved.context.reread(known)
    state, ledger, rows = context.state, context.state.ledger, context.rows
    usual = state.stock.until_delivery(rows, context.now)
    days = np.minimum(usual, state.settings.stockout_horizon_ms) / DAY
    for place, row in enumerate(rows.tolist()):
        coming = [at for _, at in state.stock.inbound(row) if at > context.now[place]]
        if coming:
            days[place] = (min(coming) - context.now[place]) / DAY
    price = ledger.price[rows].astype(np.float64)
    units = outlook(context, price, SellingSpan(days, np.full(len(known), np.inf)), False).units
    short = units > context.on_hand
    fresh = np.flatnonzero(short & ~ledger.stockout_reported[rows])
    ledger.stockout_reported[rows] = short
    found: list[Placed] = []
    for place in fresh.tolist():
        stock, demand = int(context.on_hand[place]), float(units[place])
        message = f"{stock} units in stock, {demand:.0f} expected to sell in {days[place]:.1f} days"
        details = {"on_hand": stock, "expected_units": float(f"{demand:.6g}")}
        row, now = int(rows[place]), int(context.now[place])
        warning = alert(state.catalogue, row, "stockout_ahead", "warning", message, now, details)
        found.append((int(known[place]), warning))
    return found
