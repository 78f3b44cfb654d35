"""The entry of a policy's `strategy` for used goods."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.records.field_words import FieldWords
from schemas.records.record import Incoming
from schemas.values.fields import Duration, Share


class SecondHand(Incoming):
    """What comparables say of a used thing: a product with a `condition`, or a listing.

    Each price is the highest that sells with `probability` in time: within `quick_within`, `within`
    or `patient_within`, of which `aim` is the one for own stock. Where the objective has a
    `sell_by`, own stock follows the path until then, and `salvage` is the share of its value that
    an unsold one brings.
    """

    kind: Annotated[
        Literal["second_hand"],
        FieldWords(
            "Method",
            "What comparables say of a used product.",
            "text",
            "second_hand",
            policy="what comparables sell for",
            because="things like it sell at this price in time",
        ),
    ]
    aim: Annotated[
        Literal["suggested", "quick", "patient"],
        FieldWords(
            "Which price",
            "Which of the three prices own stock gets.",
            "one of suggested, quick, patient",
            "suggested",
        ),
    ] = "suggested"
    quick_within: Annotated[
        Duration,
        FieldWords(
            "Quick within",
            "Time in which the quick price sells.",
            "duration",
            "P7D",
            hint="such as 1 day",
        ),
    ] = Field(default="P7D", validate_default=True)
    within: Annotated[
        Duration,
        FieldWords(
            "Sells within",
            "Time in which the suggested price sells.",
            "duration",
            "P30D",
            hint="such as 1 day",
        ),
    ] = Field(default="P30D", validate_default=True)
    patient_within: Annotated[
        Duration,
        FieldWords(
            "Patient within",
            "Time in which the patient price sells.",
            "duration",
            "P90D",
            hint="such as 1 day",
        ),
    ] = Field(default="P90D", validate_default=True)
    probability: Annotated[
        Share,
        FieldWords(
            "Probability of a sale",
            "Probability with which each price sells in its time.",
            "share",
            "75%",
            hint="as a share",
        ),
    ] = Field(default="75%", validate_default=True)
    salvage: Annotated[
        Share,
        FieldWords(
            "Worth of what is left",
            "Share of its value that one unsold at sell_by brings.",
            "share",
            "20%",
            hint="as a share of the value",
        ),
    ] = Field(default="0%", validate_default=True)
