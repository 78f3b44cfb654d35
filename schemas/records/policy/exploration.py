"""How a policy tries other prices, to learn."""

from __future__ import annotations

from typing import Annotated, Literal

from schemas.records.field_words import FieldWords
from schemas.records.record import Incoming
from schemas.values.fields import Share


class Explore(Incoming):
    """How much of the expected profit may be spent on learning, and how."""

    kind: Annotated[
        Literal["thompson", "none"],
        FieldWords(
            "Method",
            "Whether prices are drawn at random near the best one, to learn.",
            "one of thompson, none",
            "thompson",
        ),
    ] = "none"
    budget: Annotated[
        Share | None,
        FieldWords(
            "Share of profit it may cost",
            "Expected profit that this may cost.",
            "share",
            "1%",
            hint="such as 1%",
        ),
    ] = None
