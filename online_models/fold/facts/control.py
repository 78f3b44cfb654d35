"""`pricing-control` but for its ticks: the kill switch, approvals, manual prices, rollbacks."""

from __future__ import annotations

from pydantic import TypeAdapter

from online_models.fold.alerts import alert
from online_models.fold.batch import Fact
from online_models.fold.facts.fact import Effect, Handler, Reach
from online_models.fold.state import State
from online_models.outputs import Output
from online_models.pricing.controls import obey
from schemas.control import PricingControl, Rollback
from schemas.instants import to_text as instant_text
from schemas.records import decode
from schemas.selection import Selector

_CONTROL: TypeAdapter[PricingControl] = TypeAdapter(PricingControl)


def apply(state: State, fact: Fact, now: int) -> Effect:
    """Obey one control record."""
    record = decode(_CONTROL, fact.value or b"")
    rows, outputs = obey(state.pricing, record, now)
    if isinstance(record, Rollback) and len(rows) and state.settings.partitions > 1:
        outputs = outputs + _partial(state, record, now)
    return Effect(rows, outputs)


def _partial(state: State, record: Rollback, now: int) -> list[Output]:
    """A decision is known to its own partition alone, so that selected offers of others are not
    reached: said with the time that reaches them all.
    """
    pricing = state.pricing
    found = pricing.world.identities.parse(record.to) if isinstance(record.to, str) else None
    if found is None or record.select == Selector():
        return []
    made = pricing.history.of_decision(int(pricing.ledger.entry[found[0]]), found[1], now)
    since = "" if made is None else f", {instant_text(made[1])},"
    message = (
        "rollback: to a decision's id it reaches the selected offers of one partition of several;"
        f" send it to the time since which that price was in force{since} to reach them all"
    )
    return [alert("control_partial", message, now, {"order": "rollback", "actor": record.actor})]


HANDLER = Handler("pricing-control", Reach.ALL, apply, tells_time=True)
