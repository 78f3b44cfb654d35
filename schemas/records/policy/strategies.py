"""The entries of a policy's `strategy`. A new kind is one class and one line in `Strategy`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from schemas.records.record import Incoming
from schemas.values.fields import (
    Confidence,
    Count,
    Duration,
    Flag,
    Fraction,
    Margin,
    Name,
    Names,
    Weight,
)
from schemas.values.limits import MOST_LISTED
from schemas.values.offsets import OffsetField


class Optimise(Incoming):
    """The best price under the demand models."""

    kind: Literal["optimise"]


class MatchCompetitor(Incoming):
    """Follow the competitors: their lowest, median or `rank`-th lowest price, moved by `offset`.
    With fewer competitors than `rank` it has nothing to say, and the next entry speaks.

    `weights` (by competitor) weigh the median. Prices older than `max_age`, or matched with less
    than `minimum_confidence`, do not count; an empty `competitors` means all but `exclude`. Nor
    does a competitor until its prices of the product have come for `known_for`: so nobody is
    followed for a name that was invented a moment ago.
    """

    kind: Literal["match_competitor"]
    which: Literal["lowest", "median", "rank"] = "lowest"
    rank: Count | None = None
    weights: Annotated[dict[Name, Weight], Field(max_length=MOST_LISTED)] = {}
    offset: OffsetField = Field(default="0", validate_default=True)
    max_age: Duration | None = None
    known_for: Duration = Field(default="PT0S", validate_default=True)
    minimum_confidence: Confidence = 0.0
    competitors: Names = ()
    exclude: Names = ()
    include_shipping: Flag = False

    @model_validator(mode="after")
    def _rank_where_ranked(self) -> MatchCompetitor:
        if self.which == "rank" and self.rank is None:
            raise ValueError('rank is required where which is "rank"')
        return self


class CostPlus(Incoming):
    """Cost plus a margin, as a share of the net price."""

    kind: Literal["cost_plus"]
    margin: Margin


class Markdown(Incoming):
    """Sell finite stock by the objective's `sell_by`."""

    kind: Literal["markdown"]
    salvage: Fraction | None = None


class Keep(Incoming):
    """Keep the price that held before any other strategy moved it."""

    kind: Literal["keep"]


class Reinforcement(Incoming):
    """A pricing policy trained in the market simulator; `model` names it."""

    kind: Literal["reinforcement"]
    model: Name | None = None


Strategy = Annotated[
    Optimise | MatchCompetitor | CostPlus | Markdown | Keep | Reinforcement,
    Field(discriminator="kind"),
]
