"""What an assistant can ask: facts from the console's store, with texts from outside marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.values.instants import to_text
from streams.errors import InputError
from streams.web.api import rows
from streams.web.assistant.outside import marked
from streams.web.context import Context
from streams.web.store import offer_search, policy_reading, reading
from streams.web.store.experiment_reading import experiments
from streams.web.store.offer_search import STATES, Filter, SortOrder
from streams.web.what_if import asked, demand_curve
from streams.web.words.alerts import advice
from streams.web.words.narration import headline, outlook, steps
from streams.web.words.policies import in_words
from streams.web.words.spans import span

Facts = dict[str, Any]
MOST = 50
#: Steps of a decision whose words hold what others wrote, such as a competitor's name.
_NAMES = ("name", "brand", "category", "competitor", "policy_id", "channel", "sku")


def find_offers(
    context: Context, words: str, state: str, category: str, sort: str, limit: int
) -> Facts:
    """Offers that match, with price, cost, margin, competitor and sales."""
    if state and state not in STATES:
        raise InputError(f"state: it is one of {', '.join(STATES)}")
    which = Filter(q=words[:400], state=state, category=category[:400])
    try:
        order = SortOrder.parsed(sort)
    except ValueError as error:
        raise InputError(f"sort: {error}") from None
    with context.store.connect() as connection:
        most = max(1, min(limit, MOST))
        found = offer_search.search(connection, which, order, most, counted=True)
    return {"matching": found.total, "offers": [_offer(row) for row in found.rows]}


def _offer(row: Mapping[str, Any]) -> Facts:
    fields = {name: value for name, value in rows.offer_fields(row).items() if value is not None}
    fields.pop("proposal", None)
    return {name: marked(v) if name in _NAMES else v for name, v in fields.items()}


def _row(context: Context, sku: str, channel: str) -> Mapping[str, Any]:
    with context.store.connect() as connection:
        row = offer_search.one(connection, sku, channel)
    if row is None:
        raise InputError("no product and no decision has named this offer yet: see find_offers")
    return row


def explain(context: Context, sku: str, channel: str) -> Facts:
    """Why an offer costs what it does: its last change, its last decision, every rule."""
    row = _row(context, sku, channel)
    with context.store.connect() as connection:
        found = reading.decisions_of(connection, row["id"], 40)
    changed = next((each for each in found if each["outcome"] in ("changed", "overridden")), None)
    return {
        "offer": _offer(row),
        "last_change": None if changed is None else _decision(context, changed),
        "last_decision": _decision(context, found[0]) if found else None,
    }


def why_not_changed(context: Context, sku: str, channel: str) -> Facts:
    """What has held the price since it changed last, and how often."""
    row = _row(context, sku, channel)
    with context.store.connect() as connection:
        found = reading.decisions_of(connection, row["id"], 40)
    held: dict[str, int] = {}
    for each in found:
        if each["outcome"] in ("changed", "overridden"):
            break
        held[each["reason"]] = held.get(each["reason"], 0) + 1
    return {
        "unchanged_since": rows.instant(row["changed_at"]),
        "reasons_since_then": held,
        "waits_for_approval": row["proposal_id"],
        "last_decision": _decision(context, found[0]) if found else None,
    }


def _decision(context: Context, said: Mapping[str, Any]) -> Facts:
    figures = context.figures
    return {
        "decision_id": said["decision_id"],
        "time": said["time"],
        "outcome": said["outcome"],
        "reason": said["reason"],
        "price": said["price"],
        "previous_price": said["previous_price"],
        "currency": said["currency"],
        "policy": marked(said["policy_id"]),
        "summary": marked(headline(said, figures)),
        "expected": outlook(said, figures),
        "rules": [
            {"says": marked(step.text), "price_after": step.price, "moved_it": step.moved}
            for step in steps(said, figures)
        ],
    }


def elasticity(context: Context, sku: str, channel: str) -> Facts:
    """Per cent change of units when the price rises by one per cent, with its 95 % interval."""
    row = _row(context, sku, channel)
    return {
        "elasticity": row["elasticity"],
        "lower_95": row["elasticity_lower"],
        "upper_95": row["elasticity_upper"],
        "sold_30_days": row["sold"],
    }


def what_if(context: Context, sku: str, channel: str, price: str) -> Facts:
    """What another price would bring, as the models saw it at the last decision."""
    row = _row(context, sku, channel)
    with context.store.connect() as connection:
        found = reading.decisions_of(connection, row["id"], 1)
    curve = demand_curve(row, found[0], context.figures) if found else None
    if curve is None:
        raise InputError("this offer has not sold yet, or no demand model was asked about it")
    try:
        return asked(curve, price)
    except ValueError as error:
        raise InputError(f"price: {error}") from None


def alerts(context: Context, kind: str, limit: int) -> Facts:
    """Open alerts by kind, each with what to do, and the newest ones."""
    with context.store.connect() as connection:
        groups = reading.alert_groups(connection)
        found = reading.alerts_like(connection, kind, limit=max(1, min(limit, MOST)))
    return {
        "open": [
            {
                "kind": each["kind"],
                "severity": each["severity"],
                "number": each["number"],
                "advice": advice(each["kind"]),
            }
            for each in groups
        ],
        "newest": [
            {
                "time": to_text(each["time"]),
                "kind": each["kind"],
                "sku": marked(each["sku"]),
                "message": marked(each["message"]),
            }
            for each in found
        ],
    }


def policies(context: Context) -> Facts:
    """The current policies: their documents, and what they do in words."""
    with context.store.connect() as connection:
        found = policy_reading.current_policies(connection)
    return {
        "policies": [
            {
                "policy": marked(each["policy_id"]),
                "status": each["status"],
                "version": each["version"],
                "document": each["document"],
                "in_words": marked(" ".join(in_words(each["document"]))),
                "horizon": span((each["document"].get("objective") or {}).get("horizon", "P30D")),
            }
            for each in found
        ]
    }


def lift(context: Context) -> Facts:
    """What the arms of each experiment sell; counts, no estimate."""
    with context.store.connect() as connection:
        found = experiments(connection)
    return {
        "experiments": [
            {
                "name": marked(each["name"]),
                "policy": marked(each["policy_id"]),
                "offers_priced": each["priced"],
                "offers_left_alone": each["held"],
                "sold_each_priced_30_days": each["priced_sold"],
                "sold_each_left_alone_30_days": each["held_sold"],
            }
            for each in found
        ],
        "note": "These are counts. `pricetide lift RECORDING` estimates the effect.",
    }
