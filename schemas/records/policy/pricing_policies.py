"""`pricing-policies`: what is priced how, within which bounds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, model_validator

from schemas.records.field_words import FieldWords
from schemas.records.policy.approval import Approval
from schemas.records.policy.breaker import Breaker
from schemas.records.policy.experiment import Experiment
from schemas.records.policy.exploration import Explore
from schemas.records.policy.guardrails import Guardrails
from schemas.records.policy.objective import Objective
from schemas.records.policy.personal import PersonalTerms
from schemas.records.policy.planning import Planning
from schemas.records.policy.recommend import Recommend
from schemas.records.policy.selection import Selector
from schemas.records.policy.strategies import Optimise, Strategy
from schemas.records.record import Event, Incoming
from schemas.values.fields import (
    ADMITTED,
    Count,
    Duration,
    Flag,
    Instant,
    Name,
    Ordinal,
    Share,
    Some,
    Text,
)
from schemas.values.limits import (
    MOST_BREAKS,
    MOST_SEGMENT_PRICES,
    MOST_SEGMENTS,
    MOST_STRATEGIES,
)


class QuantityBreak(Incoming):
    """From this quantity on, this share off."""

    minimum_quantity: Annotated[
        Count, FieldWords("Minimum quantity", "From this quantity on …", "units", 10)
    ]
    discount: Annotated[
        Share, FieldWords("Discount", "… this off the public price.", "share", "5%")
    ]


class QuoteTerms(Incoming):
    """How requests for quotes of a segment are answered.

    No line is quoted at more than `largest_discount` off what it costs without a quote. A quote of
    more than `approval_above` off waits for approval. It holds for `valid_for`.
    """

    largest_discount: Annotated[
        Share,
        FieldWords(
            "Largest discount of a quote",
            "No quote is further below what the customer pays without one.",
            "share",
            "30%",
        ),
    ] = Field(default="30%", validate_default=True)
    approval_above: Annotated[
        Share | None,
        FieldWords(
            "Discounts above this wait",
            "A quote of a larger discount waits for approval.",
            "share",
            "20%",
        ),
    ] = None
    valid_for: Annotated[
        Duration, FieldWords("A quote holds for", "How long a quote holds.", "duration", "P14D")
    ] = Field(default="P14D", validate_default=True)


class BreakTerms(Incoming):
    """Quantity breaks are learnt from the segment's orders: no more than `largest_discount` off."""

    largest_discount: Annotated[
        Share,
        FieldWords(
            "Largest discount",
            "Breaks are learnt from orders, and take no more off the public price.",
            "share",
            "25%",
        ),
    ] = Field(default="25%", validate_default=True)


class SegmentTerms(Incoming):
    """What a segment gets below the public price.

    With `personalise`, its customers who agreed to personal prices and mostly buy bargains are
    offered what they bought before at `personal_discount` off, with `disclosure` (a text of our own
    where there is none). With `optimise_personal` whom and how deep is learnt, `personal_discount`
    at most.
    """

    segment: Annotated[
        Name, FieldWords("Segment", "Customers who pay less than the public price.", "text", "b2b")
    ]
    breaks: Annotated[
        tuple[QuantityBreak, ...], Field(max_length=MOST_BREAKS), FieldWords("Breaks")
    ] = ()
    personalise: Annotated[
        Flag,
        FieldWords(
            "Personalise",
            "Offers personal prices to customers who agreed to them.",
            "true or false",
            True,
        ),
    ] = False
    personal_discount: Annotated[
        Share,
        FieldWords(
            "Personal discount",
            "How far below the public price these are; at most, where it is learnt.",
            "share",
            "5%",
        ),
    ] = Field(default="5%", validate_default=True)
    disclosure: Annotated[
        Text | None,
        FieldWords(
            "Disclosure",
            "The text that tells the customer so; absent, our own.",
            "text",
            "This price was made for you.",
        ),
    ] = None
    quotes: Annotated[QuoteTerms | None, FieldWords("Quotes")] = None
    optimise_breaks: Annotated[BreakTerms | None, FieldWords("Learnt breaks")] = None
    optimise_personal: Annotated[
        PersonalTerms | None,
        FieldWords(
            "Learnt personal discounts",
            hint="to whom, how deep, and how often; of those who agreed",
        ),
    ] = None


class Policy(Event):
    """A policy; the highest priority wins, then the most specific selector, then the id.

    `buckets` says how the demand of its offers is counted; absent, an offer's speed decides. In
    `shadow` prices are decided and explained, but published to `price-decisions` alone.
    """

    policy_id: Annotated[
        Name, FieldWords("Name", "Name of the policy; decisions name it.", "text", "coffee")
    ]
    version: Annotated[
        Ordinal,
        FieldWords(
            "Version", "Rises with each change of the policy; decisions name it.", "number", 3
        ),
    ] = 1
    status: Annotated[
        Literal["active", "inactive", "draft", "paused", "retired"],
        FieldWords(
            "Status",
            "Only an active policy rules.",
            "one of active, inactive, draft, paused, retired",
            "active",
            hint="only an active policy rules offers",
        ),
    ] = "active"
    time: Annotated[
        Instant | None,
        FieldWords("Time", "When it was made; informative.", "instant", "2026-03-01T09:00:00Z"),
    ] = None
    priority: Annotated[
        Ordinal,
        FieldWords(
            "Priority",
            "Where several policies select an offer, the highest rules.",
            "number",
            10,
            hint="the highest that selects an offer rules it",
        ),
    ] = 0
    seed: Annotated[
        Ordinal,
        FieldWords(
            "Seed of random draws",
            "Another seed gives other random draws where prices explore.",
            "number",
            7,
        ),
    ] = 0
    select: Annotated[
        Selector,
        FieldWords(
            "Which offers", hint="what is empty does not restrict; a list is separated by commas"
        ),
    ] = Selector()
    objective: Annotated[Objective, FieldWords("Goal")] = Objective()
    strategy: Annotated[
        Some[Strategy],
        Field(max_length=MOST_STRATEGIES),
        FieldWords("How the price is found", hint="the first that has a price decides"),
    ] = (Optimise(kind="optimise"),)
    explore: Annotated[Explore, FieldWords("Learning", hint="tries other prices now and then")] = (
        Explore()
    )
    guardrails: Annotated[
        Guardrails, FieldWords("Rules for every price", hint="what is empty does not bind")
    ] = Guardrails()
    approval: Annotated[Approval, FieldWords("Approval")] = Approval()
    breaker: Annotated[
        Breaker | None,
        FieldWords(
            "Breaker",
            hint="stops prices where too much of a category would move at once",
            because="too many prices of the category would move at once, and they wait",
        ),
    ] = None
    experiment: Annotated[
        Experiment | None,
        FieldWords(
            "Experiment", hint="leaves a share of offers alone, to measure what pricing brings"
        ),
    ] = None
    segments: Annotated[
        tuple[SegmentTerms, ...],
        Field(max_length=MOST_SEGMENTS),
        FieldWords("Prices of customer groups", hint="as JSON"),
    ] = ()
    promotions: Annotated[Planning | None, FieldWords("Planning of promotions")] = None
    recommend: Annotated[
        Recommend | None,
        FieldWords(
            "Recommendations", hint="shows customers who agreed what goes with their basket"
        ),
    ] = None
    buckets: Annotated[
        Literal["hour", "day"] | None,
        FieldWords(
            "Demand is counted by",
            "How sales are counted; absent, an offer's speed decides.",
            "one of hour, day",
            "hour",
            hint="empty: as an offer's speed asks for",
        ),
    ] = None
    coordinate_channels: Annotated[
        Flag,
        FieldWords(
            "Channels as one",
            "A unit of a stock that channels share is sold where it brings most.",
            "true or false",
            True,
        ),
    ] = False
    shadow: Annotated[
        Flag,
        FieldWords(
            "Shadow",
            "Prices are decided and explained, and published to price-decisions alone.",
            "true or false",
            True,
        ),
    ] = False

    @model_validator(mode="after")
    def _few_segment_prices(self, info: ValidationInfo) -> Policy:
        number = sum(len(segment.breaks) for segment in self.segments)
        if number > MOST_SEGMENT_PRICES and info.context != ADMITTED:
            raise ValueError(
                f"segments have {number} breaks together, more than {MOST_SEGMENT_PRICES}"
            )
        return self
