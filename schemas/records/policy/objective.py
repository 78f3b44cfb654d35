"""What a policy's best price is best for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.records.field_words import FieldWords
from schemas.records.record import Incoming
from schemas.values.fields import Duration, Instant, Stock


class Objective(Incoming):
    """What `optimise` maximises, over which horizon (ms); `sell_by` ends finite stock."""

    maximise: Annotated[
        Literal["profit", "revenue", "units", "sell_through"],
        FieldWords(
            "As much as possible of",
            "What the best price is best for.",
            "one of profit, revenue, units, sell_through",
            "profit",
        ),
    ] = "profit"
    horizon: Annotated[
        Duration,
        FieldWords(
            "Looking ahead",
            "The time over which it is added up.",
            "duration",
            "P30D",
            hint="such as 30 days",
        ),
    ] = Field(default="P30D", validate_default=True)
    sell_by: Annotated[
        Instant | None,
        FieldWords(
            "Sold by",
            "Until when finite stock is to be sold.",
            "instant",
            "2026-04-05T00:00:00Z",
            hint="such as 2026-12-24T18:00:00Z",
        ),
    ] = None
    minimum_units: Annotated[
        Stock | None,
        FieldWords(
            "At least so many units",
            "Units to be sold over the horizon, whatever that costs in profit.",
            "units",
            20,
        ),
    ] = None
