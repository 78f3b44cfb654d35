"""What the API answers, as models: the OpenAPI document is made from them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field


class OfferShape(BaseModel):
    """An offer as of the console's last record of it; money is exact text."""

    sku: str
    channel: str
    name: str | None
    category: str | None
    brand: str | None
    currency: str | None
    price: str | None
    previous_price: str | None
    changed_at: str | None
    revision: int | None
    lowest_prior_price_30d: str | None
    cost: str | None
    margin: float | None = Field(description="(net price − cost − fees) / net price")
    competitor: str | None
    competitor_price: str | None
    sold_30d: float | None
    on_hand: int | None
    policy_id: str | None
    outcome: str | None
    reason: str | None
    decision_id: str | None
    acknowledged: str | None = Field(description="applied or rejected, once the shop has answered")
    proposal: ProposalShape | None


class ProposalShape(BaseModel):
    """A change that waits for approval."""

    decision_id: str
    sku: str
    channel: str
    currency: str | None
    price: str | None
    proposed: str | None
    step: float | None = Field(description="the change as a share of the price in force")
    expected_gain: str | None = Field(description="profit expected over that of the price in force")
    margin: float | None
    since: str | None


class OfferDetail(OfferShape):
    """An offer with its changes and the records of its decisions, newest last."""

    changes: list[dict[str, Any]]
    decisions: list[dict[str, Any]]


class OfferPage(BaseModel):
    """Some offers; `next` is the cursor of those that follow, null at the end."""

    items: list[OfferShape]
    next: str | None


class ProposalPage(BaseModel):
    """Some proposals; `next` is the cursor of those that follow, null at the end."""

    items: list[ProposalShape]
    next: str | None


class Why(BaseModel):
    """Why an offer costs what it does, in a customer's words and from public facts only."""

    sku: str
    channel: str
    name: str
    price: str
    currency: str
    since: str | None
    reasons: list[str]


class WhatIf(BaseModel):
    """What a price is expected to bring, beside the one in force, by the last decision's model."""

    sku: str
    channel: str
    currency: str
    price: str
    units: float
    units_lower: float
    units_upper: float
    profit: str
    profit_lower: str
    profit_upper: str
    units_now: float
    profit_now: str
    allowed: bool
    limits: list[str] = Field(description="rules that this price would break, in words")


class QuotedPrice(BaseModel):
    """What one unit costs a customer; `decision_id` is of the price below the public one."""

    sku: str
    channel: str
    segment: str
    quantity: int
    currency: str
    price: str
    public_price: str
    lowest_prior_price_30d: str | None
    valid_until: str | None
    disclosure: str | None = Field(description="what is to be shown with it")
    decision_id: str | None


class PolicyToTry(BaseModel):
    """A policy as `pricing-policies` has it."""

    policy: dict[str, Any]


class PolicyToKeep(PolicyToTry):
    """A policy, and why."""

    reason: str = Field(min_length=1, max_length=1000)


class PreviewStarted(BaseModel):
    """The key under which a preview is to be had."""

    preview: str


class PolicyPreview(BaseModel):
    """What a policy would do at once; `outcome` once it is done, `problem` where it failed.

    Money of `outcome` is in minor units, instants are in ms.
    """

    done: bool
    seconds: int
    problem: str | None
    outcome: dict[str, Any] | None


class Accepted(BaseModel):
    """What became of posted events."""

    accepted: int
    refused: list[RefusedEvent]


class RefusedEvent(BaseModel):
    """An event that was not taken, and why: what its dead letter would say."""

    index: int
    error: str


class Ordered(BaseModel):
    """A command is written down; the pricer decides what comes of it."""

    kind: str
    target: str
    state: Literal["sent", "kept"] = "sent"


class Verdict(BaseModel):
    """Why a proposal is approved or rejected."""

    reason: str | None = Field(None, max_length=1000)


class ManualPrice(BaseModel):
    """A price set by hand; `force` lets it pass the guardrails."""

    price: str = Field(max_length=40)
    currency: str | None = Field(None, max_length=3)
    until: str | None = Field(None, max_length=40)
    reason: str = Field(min_length=1, max_length=1000)
    force: bool = False


class Reason(BaseModel):
    """Why something is done."""

    reason: str = Field(min_length=1, max_length=1000)


class Selected(Reason):
    """Which offers, and why; nothing named is the whole shop."""

    sku: str | None = Field(None, max_length=400)
    channel: str | None = Field(None, max_length=400)
    category: str | None = Field(None, max_length=400)


class RollBack(Selected):
    """Back to the prices of a time, or of a decision."""

    to: str = Field(max_length=400)


class AlertShape(BaseModel):
    """An alert."""

    id: int
    time: str
    kind: str
    severity: str
    sku: str | None
    channel: str | None
    message: str
    acknowledged_by: str | None


class AlertPage(BaseModel):
    """Some alerts, newest first."""

    items: list[AlertShape]
    next: int | None


class DeadLetterShape(BaseModel):
    """A record that could not be used: where it lies in `dead-letters`, whence it came, and why."""

    partition: int
    offset: int
    time: str
    source_topic: str
    source_partition: str
    source_offset: str
    error: str
    bytes: int
    sent_again_by: str | None


class DeadLetterPage(BaseModel):
    """Some dead letters, newest first."""

    items: list[DeadLetterShape]
    next: int | None


class LetterContent(BaseModel):
    """What may be seen of a dead letter."""

    source_topic: str
    error: str
    value: str | None = Field(
        description="the record's value with hashes in place of names; null where it is no text, "
        "too long, or gone"
    )
    sent_again: bool


class EditedLetter(BaseModel):
    """A record's value as it is to be sent; without one it is sent as it came. Hashes that are left
    as they are become the names that they stand for.
    """

    value: str | None = Field(None, max_length=200_000)


class LetterToSend(EditedLetter):
    """A record to send again, and why."""

    reason: str = Field(min_length=1, max_length=1000)


class LetterCheck(BaseModel):
    """What the border would say of it; an error is why it would be refused again."""

    accepted: bool
    error: str | None


class RecommendedShape(BaseModel):
    """An offer to show; `propensity` is the probability with which it was chosen."""

    sku: str
    channel: str
    price: str
    reason: str
    propensity: float


class RecommendationShape(BaseModel):
    """What to show, in this order, until `valid_until`."""

    recommendation_id: str
    arm: str
    currency: str | None
    items: list[RecommendedShape]
    valid_until: str
