"""What promotions may be planned of a policy's offers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.records.field_words import FieldWords
from schemas.records.record import Incoming
from schemas.values.fields import Duration, Flag, Money, Share, Some
from schemas.values.limits import MOST_LISTED


class Planning(Incoming):
    """What promotions may be planned for a policy's offers.

    `budget` bounds what all promotions that are planned, to come or running together are expected
    to give away in discounts and to cost themselves (`cost` each: placement, printing), in each of
    the offers' currencies; they begin within `ahead` and last `durations` (whole days). A worker of
    the role `train` plans every day: each plan waits for somebody who starts it (`start` is
    "propose"), or starts by itself ("start"). With `stop_losing`, a planned promotion that is
    running ends once it is certain enough that its rest would lose.
    """

    budget: Annotated[
        Money,
        FieldWords(
            "Budget", "What all planned discounts together may give away.", "money", "500.00"
        ),
    ]
    cost: Annotated[
        Money,
        FieldWords(
            "Cost of a promotion",
            "What each promotion costs beside its discounts, such as placement or printing.",
            "money",
            "20.00",
        ),
    ] = Field(default="0", validate_default=True)
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
    start: Annotated[
        Literal["propose", "start"],
        FieldWords(
            "Who starts them",
            "A plan waits for somebody who starts it (propose), or starts by itself (start).",
            "text",
            "start",
        ),
    ] = "propose"
    stop_losing: Annotated[
        Flag,
        FieldWords(
            "Stop what loses",
            "Ends a planned promotion once it is certain enough that its rest would lose.",
            "true or false",
            True,
        ),
    ] = True
