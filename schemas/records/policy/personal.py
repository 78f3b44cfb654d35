"""How personal discounts of a segment are learnt, and what bounds them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.records.field_words import FieldWords
from schemas.records.record import Incoming
from schemas.values.fields import Count, Duration, Share
from schemas.values.instants import HOUR


class PersonalTerms(Incoming):
    """Who is offered how much off is learnt: what adds profit over offering nothing, up to the
    segment's `personal_discount`. The policy of the highest priority that has it says how for the
    whole segment.
    """

    offers: Annotated[
        Count,
        FieldWords(
            "Offers at a time", "A customer gets so many personal offers at most …", "number", 2
        ),
    ] = Field(default=2, le=20)
    every: Annotated[
        Duration,
        FieldWords("Holds for", "… each time; they hold for so long.", "duration", "P7D"),
    ] = Field(default="P7D", ge=HOUR, validate_default=True)
    holdout: Annotated[
        Share,
        FieldWords(
            "Held out",
            "Share of customers who are offered nothing, for good, to measure.",
            "share",
            "10%",
        ),
    ] = Field(default="10%", validate_default=True)
    explore: Annotated[
        Share,
        FieldWords(
            "Tried instead",
            "How often another discount than the best is offered, to learn; less as more is known.",
            "share",
            "10%",
        ),
    ] = Field(default="10%", validate_default=True)
    budget: Annotated[
        Share | None,
        FieldWords(
            "Budget",
            "Personal discounts may give away this share of what is sold a day, as expected.",
            "share",
            "1%",
        ),
    ] = None
    largest_gap: Annotated[
        Share | None,
        FieldWords(
            "Largest gap",
            "The mean discounts of any two clusters of customers are no further apart.",
            "share",
            "5%",
        ),
    ] = None
