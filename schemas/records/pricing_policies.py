"""`pricing-policies`: what is priced how, within which bounds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, model_validator

from schemas.records.policy.breaker import Breaker
from schemas.records.policy.guardrails import Guardrails
from schemas.records.policy.selection import Selector
from schemas.records.policy.strategies import Optimise, Strategy
from schemas.records.record import Event, Incoming
from schemas.values.fields import (
    ADMITTED,
    Count,
    Duration,
    Flag,
    Fraction,
    Instant,
    Money,
    Name,
    Ordinal,
    Share,
    Some,
    Stock,
    Text,
)
from schemas.values.limits import (
    MOST_BREAKS,
    MOST_LISTED,
    MOST_SEGMENT_PRICES,
    MOST_SEGMENTS,
    MOST_STRATEGIES,
)


class Objective(Incoming):
    """What `optimise` maximises, over which horizon (ms); `sell_by` ends finite stock."""

    maximise: Literal["profit", "revenue", "units", "sell_through"] = "profit"
    horizon: Duration = Field(default="P30D", validate_default=True)
    sell_by: Instant | None = None
    minimum_units: Stock | None = None


class Explore(Incoming):
    """How much of the expected profit may be spent on learning, and how."""

    kind: Literal["thompson", "none"] = "none"
    budget: Share | None = None


class Approval(Incoming):
    """A step above the share waits for approval, and expires (ms) without one."""

    required_above_step: Fraction | None = None
    expires_after: Duration = Field(default="P1D", validate_default=True)


class Experiment(Incoming):
    """The share `holdout` of the units, drawn by hash, keeps its prices."""

    name: Name
    holdout: Share
    unit: Literal["sku", "offer"] = "sku"


class QuantityBreak(Incoming):
    """From this quantity on, this share off."""

    minimum_quantity: Count
    discount: Share


class QuoteTerms(Incoming):
    """How requests for quotes of a segment are answered.

    No line is quoted at more than `largest_discount` off what it costs without a quote. A quote of
    more than `approval_above` off waits for approval. It holds for `valid_for`.
    """

    largest_discount: Share = Field(default="30%", validate_default=True)
    approval_above: Share | None = None
    valid_for: Duration = Field(default="P14D", validate_default=True)


class SegmentTerms(Incoming):
    """What a segment gets below the public price.

    With `personalise`, its customers who agreed to personal prices and mostly buy bargains are
    offered what they bought before at `personal_discount` off, with `disclosure` (a text of our own
    where there is none).
    """

    segment: Name
    breaks: Annotated[tuple[QuantityBreak, ...], Field(max_length=MOST_BREAKS)] = ()
    personalise: Flag = False
    personal_discount: Share = Field(default="5%", validate_default=True)
    disclosure: Text | None = None
    quotes: QuoteTerms | None = None


class Planning(Incoming):
    """What `pricetide promotions` may plan for a policy's offers.

    `budget` bounds the discounts that all planned promotions together are expected to give away, in
    each of the offers' currencies; they begin within `ahead` and last `durations` (whole days).
    """

    budget: Money
    depths: Some[Share] = Field(
        max_length=MOST_LISTED,
        default=("5%", "10%", "15%", "20%", "25%", "30%"),
        validate_default=True,
    )
    durations: Some[Duration] = Field(
        max_length=MOST_LISTED, default=("P7D",), validate_default=True
    )
    ahead: Duration = Field(default="P14D", validate_default=True)


class Policy(Event):
    """A policy; the highest priority wins, then the most specific selector, then the id.

    `buckets` says how the demand of its offers is counted; absent, an offer's speed decides. In
    `shadow` prices are decided and explained, but published to `price-decisions` alone.
    """

    policy_id: Name
    version: Ordinal = 1
    status: Literal["active", "inactive", "draft", "paused", "retired"] = "active"
    time: Instant | None = None
    priority: Ordinal = 0
    seed: Ordinal = 0
    select: Selector = Selector()
    objective: Objective = Objective()
    strategy: Annotated[Some[Strategy], Field(max_length=MOST_STRATEGIES)] = (
        Optimise(kind="optimise"),
    )
    explore: Explore = Explore()
    guardrails: Guardrails = Guardrails()
    approval: Approval = Approval()
    breaker: Breaker | None = None
    experiment: Experiment | None = None
    segments: Annotated[tuple[SegmentTerms, ...], Field(max_length=MOST_SEGMENTS)] = ()
    promotions: Planning | None = None
    buckets: Literal["hour", "day"] | None = None
    shadow: Flag = False

    @model_validator(mode="after")
    def _few_segment_prices(self, info: ValidationInfo) -> Policy:
        number = sum(len(segment.breaks) for segment in self.segments)
        if number > MOST_SEGMENT_PRICES and info.context != ADMITTED:
            raise ValueError(
                f"segments have {number} breaks together, more than {MOST_SEGMENT_PRICES}"
            )
        return self
