"""What promotions may be planned of a policy's offers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.records.field_words import FieldWords
from schemas.records.record import Incoming
from schemas.values.fields import Duration, Money, Share, Some
from schemas.values.limits import MOST_LISTED


class Planning(Incoming):
    """What `pricetide promotions` may plan for a policy's offers.

    `budget` bounds the discounts that all planned promotions together are expected to give away, in
    each of the offers' currencies; they begin within `ahead` and last `durations` (whole days).
    """

    budget: Annotated[
        Money,
        FieldWords(
            "Budget", "What all planned discounts together may give away.", "money", "500.00"
        ),
    ]
    depths: Annotated[
        Some[Share],
        FieldWords(
            "Depths",
            "Discounts to choose from.",
            "list of shares",
            ["10%", "20%"],
            hint="such as 10%, 20%",
        ),
    ] = Field(
        max_length=MOST_LISTED,
        default=("5%", "10%", "15%", "20%", "25%", "30%"),
        validate_default=True,
    )
    durations: Annotated[
        Some[Duration],
        FieldWords(
            "Durations",
            "Lengths to choose from, whole days.",
            "list of durations",
            ["P7D"],
            hint="such as P7D",
        ),
    ] = Field(max_length=MOST_LISTED, default=("P7D",), validate_default=True)
    ahead: Annotated[
        Duration,
        FieldWords(
            "Begins within",
            "How far ahead a promotion may begin.",
            "duration",
            "P14D",
            hint="such as 14 days",
        ),
    ] = Field(default="P14D", validate_default=True)
