"""`pricing-control` but for its ticks: the kill switch, approvals, manual prices, rollbacks."""

from __future__ import annotations

from pydantic import TypeAdapter

from online_models.fold.facts.fact import NOBODY, FactEffect, Handler, Reach
from online_models.fold.quoting import tell_moved
from online_models.fold.recommending import withdraw
from online_models.fold.set_time import set_time
from online_models.fold.state import State
from online_models.journal.batch import Fact
from online_models.pricing.commands.controls import apply_command
from schemas.records.pricing_control import (
    Approve,
    ForgetCustomer,
    PricingControl,
    Reject,
    SetTime,
)
from schemas.records.record import decode

_CONTROL: TypeAdapter[PricingControl] = TypeAdapter(PricingControl)


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Obey one control record."""
    record = decode(_CONTROL, fact.value or b"")
    if isinstance(record, SetTime):
        return FactEffect(NOBODY, set_time(state, record))
    if isinstance(record, ForgetCustomer):
        state.desk.forget(record.customer_id)
        state.open_requests.forget(record.customer_id)
        nobody, answer = apply_command(state.pricing, record, now, _part(state))
        return FactEffect(nobody, [*answer, *withdraw(state, record.customer_id, now)])
    if isinstance(record, (Approve, Reject)):
        approved = isinstance(record, Approve)
        moved = tell_moved(state, now)
        said = state.desk.judge(record.decision_id, approved, record.actor, now)
        if said is not None:
            return FactEffect(NOBODY, [*moved, *said])
        rows, answer = apply_command(state.pricing, record, now, _part(state))
        return FactEffect(rows, [*moved, *answer])
    return FactEffect(*apply_command(state.pricing, record, now, _part(state)))


def _part(state: State) -> int | None:
    return None if state.settings.partitions == 1 else state.settings.partition


HANDLER = Handler("pricing-control", Reach.ALL, apply, moves_clock=True)
