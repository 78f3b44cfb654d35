"""A policy's guardrails and freezes. One that is null or absent does not bind."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from schemas.records.record import Incoming
from schemas.values.fields import (
    Duration,
    Flag,
    Fraction,
    Instant,
    Margin,
    Money,
    Names,
    PriceEnding,
    Stock,
)
from schemas.values.limits import MOST_LISTED


class Freeze(Incoming):
    """No change in [from, until)."""

    from_: Instant = Field(alias="from")
    until: Instant

    @model_validator(mode="after")
    def _ends_after_start(self) -> Freeze:
        if self.until <= self.from_:
            raise ValueError("until must be after from")
        return self


class Guardrails(Incoming):
    """Bounds on every price; which of them contradict each other shows only at run time.

    Money is in the offer's currency. `reference_price` replaces the offer's first known price as
    the centre of `reference_band`; `protect_channels` may not be undercut by any other channel.
    """

    minimum_price: Money | None = None
    maximum_price: Money | None = None
    minimum_margin: Margin | None = None
    never_below_cost: Flag | None = None
    respect_map: Flag | None = None
    reference_band: Fraction | None = None
    reference_price: Money | None = None
    max_step_up: Fraction | None = None
    max_step_down: Fraction | None = None
    cooldown: Duration | None = None
    max_changes_per_day: Stock | None = None
    price_endings: Annotated[tuple[PriceEnding, ...], Field(max_length=MOST_LISTED)] = ()
    never_above_list_price: Flag | None = None
    protect_channels: Names = ()
    freeze: Annotated[tuple[Freeze, ...], Field(max_length=MOST_LISTED)] = ()
