"""Which prices of a policy wait for a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.records.field_words import FieldWords
from schemas.records.record import Incoming
from schemas.values.fields import Duration, Fraction


class Approval(Incoming):
    """A step above the share waits for approval, and expires (ms) without one."""

    required_above_step: Annotated[
        Fraction | None,
        FieldWords(
            "Steps above this wait",
            "A larger step waits for a person.",
            "share",
            "9%",
            hint="such as 15%",
        ),
    ] = None
    expires_after: Annotated[
        Duration,
        FieldWords(
            "A proposal expires after",
            "A proposal that nobody answers ends.",
            "duration",
            "P1D",
            hint="such as 1 day",
        ),
    ] = Field(default="P1D", validate_default=True)
