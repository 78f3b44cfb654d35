"""What of a policy's offers is recommended, and how that is measured."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.records.field_words import FieldWords
from schemas.records.record import Incoming
from schemas.values.fields import Count, Duration, Share


class Recommend(Incoming):
    """The policy's offers may be recommended. The rest holds for the shop: the policy of the
    highest priority that recommends says it.
    """

    number: Annotated[
        Count,
        FieldWords("Items at a time", "How many offers are recommended together.", "number", 3),
    ] = Field(default=3, le=20)
    holdout: Annotated[
        Share,
        FieldWords(
            "Held out",
            "Share of customers and sessions who are recommended nothing, to measure.",
            "share",
            "10%",
        ),
    ] = Field(default="10%", validate_default=True)
    explore: Annotated[
        Share,
        FieldWords(
            "Tried instead",
            "How often a place shows the next best offer instead, to learn.",
            "share",
            "10%",
        ),
    ] = Field(default="10%", validate_default=True)
    valid_for: Annotated[
        Duration,
        FieldWords(
            "Holds for", "How long a recommendation holds, and is watched.", "duration", "P7D"
        ),
    ] = Field(default="P7D", validate_default=True)
    learn_from: Annotated[
        Share,
        FieldWords(
            "Orders learnt from",
            "Share of orders of which what goes together is learnt; less where there are many.",
            "share",
            "100%",
        ),
    ] = Field(default="100%", validate_default=True)
