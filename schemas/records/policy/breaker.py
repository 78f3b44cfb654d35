"""A policy's circuit breaker: how much of a category may move within a window."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from schemas.records.field_words import FieldWords
from schemas.records.record import Incoming
from schemas.values.durations import LONGEST
from schemas.values.fields import Duration, Fraction, Share
from schemas.values.instants import MINUTE

#: A window of less holds no batch.
Window = Annotated[Duration, Field(ge=MINUTE, le=LONGEST)]


class Breaker(Incoming):
    """Of a category's offers on a channel no larger share than `largest_share` changes within
    `window`, and their prices move by no more than `largest_mean_move` on average, those that stay
    counted as 0. What strategies want beyond waits for approval until the window ends.

    A part of the journal counts its own offers, and may always change one of them.
    """

    largest_share: Annotated[
        Share | None,
        FieldWords(
            "Largest share of a category",
            "Share of a category's offers on a channel that may change within the window.",
            "share",
            "20%",
            hint="such as 20%",
        ),
    ] = None
    largest_mean_move: Annotated[
        Fraction | None,
        FieldWords(
            "Largest mean move",
            "How far their prices may move on average, offers that stay counted as 0.",
            "share",
            "5%",
            hint="such as 3%",
        ),
    ] = None
    window: Annotated[
        Window, FieldWords("Within", "That window.", "duration", "PT1H", hint="such as 1 hour")
    ] = Field(default="PT1H", validate_default=True)

    @model_validator(mode="after")
    def _breaks_something(self) -> Breaker:
        if self.largest_share is None and self.largest_mean_move is None:
            raise ValueError("needs largest_share or largest_mean_move")
        return self
