"""`pricing-control`: ticks, the kill switch, approvals, manual prices, rollbacks, withdrawals."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from schemas.records.policy.selection import Selector
from schemas.records.record import Event
from schemas.values import instants
from schemas.values.fields import Currency, Flag, Instant, Money, Name, Text

#: What a decision is called: its offer, and which of the offer's decisions it is.
DECISION_ID = re.compile(r"[0-9a-f]{24}-\d+", re.ASCII)


def _instant_or_decision(value: Any) -> Any:
    """A number, or text that starts like a date, is a time; any other text names a decision."""
    if isinstance(value, str) and not (value[:4].isdecimal() and value[4:5] == "-"):
        return value
    return instants.to_ms(value)


InstantOrDecision = Annotated[
    Annotated[int, Field(ge=instants.EARLIEST, le=instants.LATEST)] | Name,
    BeforeValidator(_instant_or_decision),
    PlainSerializer(
        lambda value: instants.to_text(value) if isinstance(value, int) else value,
        return_type=str,
        when_used="json",
    ),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "integer"}],
            "description": "a time (RFC 3339 or epoch milliseconds) or a decision_id",
        }
    ),
]


class Control(Event):
    """Without `time` the Kafka record's timestamp holds."""

    time: Instant | None = None


class Tick(Control):
    """Time has come this far."""

    kind: Literal["tick"]


class Pause(Control):
    """The kill switch: the selected offers keep their prices until resumed."""

    kind: Literal["pause"]
    select: Selector = Selector()
    reason: Text
    actor: Text


class Resume(Control):
    """Ends a pause, and a rollback's hold, for the selected offers."""

    kind: Literal["resume"]
    select: Selector = Selector()
    reason: Text
    actor: Text


class Approve(Control):
    """Lets a proposed decision take effect."""

    kind: Literal["approve"]
    decision_id: Name
    actor: Text
    reason: Text | None = None


class Reject(Control):
    """Turns a proposed decision down."""

    kind: Literal["reject"]
    decision_id: Name
    actor: Text
    reason: Text | None = None


class SetPrice(Control):
    """A manual override; `force` lets it pass the guardrails, and is audited."""

    kind: Literal["set_price"]
    sku: Name
    channel: Name = "web"
    price: Money
    currency: Currency | None = None
    until: Instant | None = None
    actor: Text
    reason: Text
    force: Flag = False


class Rollback(Control):
    """Restores the regular prices as of `to`, and holds them.

    `to` is a time (ms) that is not yet to come, changes of that very instant included, or the id of
    a decision: the price that it made or left in force. To undo a change, name the time before it.
    """

    kind: Literal["rollback"]
    select: Selector = Selector()
    to: InstantOrDecision
    actor: Text
    reason: Text


class ForgetCustomer(Control):
    """No more prices are made for this customer, and what was learnt of how they buy is dropped,
    until an order of theirs agrees to personal prices again. Offers already made run out by
    themselves. The journal gets a keyed hash of `customer_id`.
    """

    kind: Literal["forget_customer"]
    customer_id: Name
    actor: Text
    reason: Text | None = None


class SetTime(Control):
    """Sets event time to `to`, back or forth, where a wrong clock has moved it. What was learnt and
    published in the time that is taken back stays; an instant that is later counts as `to`.
    """

    kind: Literal["set_time"]
    to: Instant
    actor: Text
    reason: Text


PricingControl = Annotated[
    Tick | Pause | Resume | Approve | Reject | SetPrice | Rollback | ForgetCustomer | SetTime,
    Field(discriminator="kind"),
]


def decision_named(record: object) -> str | None:
    """The id of the decision that an order is about, None where it is about none."""
    if isinstance(record, (Approve, Reject)):
        return record.decision_id
    return record.to if isinstance(record, Rollback) and isinstance(record.to, str) else None
