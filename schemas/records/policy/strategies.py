"""The entries of a policy's `strategy`. A new kind is one class and one line in `Strategy`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from schemas.records.field_words import FieldWords
from schemas.records.policy.second_hand import SecondHand
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

    kind: Annotated[
        Literal["optimise"],
        FieldWords(
            "Method",
            "The best price by the demand models.",
            "text",
            "optimise",
            policy="the price that should earn most",
            because="this price is expected to earn most",
        ),
    ]


class MatchCompetitor(Incoming):
    """Follow the competitors: their lowest, median or `rank`-th lowest price, moved by `offset`.
    With fewer competitors than `rank` it has nothing to say, and the next entry speaks.

    `weights` (by competitor) weigh the median. Prices older than `max_age`, or matched with less
    than `minimum_confidence`, do not count; an empty `competitors` means all but `exclude`. Nor
    does a competitor until its prices of the product have come for `known_for`: so nobody is
    followed for a name that was invented a moment ago.
    """

    kind: Annotated[
        Literal["match_competitor"],
        FieldWords(
            "Method",
            "The price of a competitor, moved by the offset.",
            "text",
            "match_competitor",
            policy="follow competitors",
            because="a competitor's price is followed",
        ),
    ]
    which: Annotated[
        Literal["lowest", "median", "rank"],
        FieldWords(
            "Which competitor",
            "Which price of those that count.",
            "one of lowest, median, rank",
            "lowest",
        ),
    ] = "lowest"
    rank: Annotated[
        Count | None,
        FieldWords(
            "Rank",
            "With rank: 1 for the lowest. With fewer competitors it has no price.",
            "number",
            2,
            hint="1 is the lowest",
        ),
    ] = None
    weights: Annotated[
        dict[Name, Weight],
        Field(max_length=MOST_LISTED),
        FieldWords(
            "Weights of competitors",
            "With median: weight by competitor, 1 where none is given.",
            "weights by name",
            {"bean.example": 2},
            hint="as JSON",
        ),
    ] = {}
    offset: Annotated[
        OffsetField,
        FieldWords(
            "Against it",
            "Added to the competitor's price. Below 0, endings are rounded down.",
            "money or share",
            "-0.01",
            hint="an amount (-0.01) or a share (-1%)",
        ),
    ] = Field(default="0", validate_default=True)
    max_age: Annotated[
        Duration | None,
        FieldWords(
            "Prices not older than",
            "An older price does not count.",
            "duration",
            "PT24H",
            hint="such as 1 day",
        ),
    ] = None
    known_for: Annotated[
        Duration,
        FieldWords(
            "Competitors known for at least",
            "A competitor counts once its prices of the product have come for so long.",
            "duration",
            "P1D",
            hint="such as 1 day",
        ),
    ] = Field(default="PT0S", validate_default=True)
    minimum_confidence: Annotated[
        Confidence,
        FieldWords(
            "Least confidence of the match",
            "A price matched with less does not count.",
            "0 to 1",
            0.8,
            hint="0 to 1",
        ),
    ] = 0.0
    competitors: Annotated[
        Names,
        FieldWords(
            "Only these competitors",
            "Only these count; empty means all.",
            "list of text",
            ["bean.example"],
        ),
    ] = ()
    exclude: Annotated[
        Names,
        FieldWords(
            "Not these competitors", "These do not count.", "list of text", ["outlet.example"]
        ),
    ] = ()
    include_shipping: Annotated[
        Flag,
        FieldWords(
            "With shipping",
            "The competitor's shipping is added to his price.",
            "true or false",
            True,
        ),
    ] = False

    @model_validator(mode="after")
    def _rank_where_ranked(self) -> MatchCompetitor:
        if self.which == "rank" and self.rank is None:
            raise ValueError('rank is required where which is "rank"')
        return self


class CostPlus(Incoming):
    """Cost plus a margin, as a share of the net price."""

    kind: Annotated[
        Literal["cost_plus"],
        FieldWords(
            "Method",
            "Cost plus a margin.",
            "text",
            "cost_plus",
            policy="cost plus a margin",
            because="the price is the cost plus a margin",
        ),
    ]
    margin: Annotated[
        Margin,
        FieldWords("Margin", "That margin, of the net price.", "share", "30%", hint="such as 25%"),
    ]


class Markdown(Incoming):
    """Sell finite stock by the objective's `sell_by`."""

    kind: Annotated[
        Literal["markdown"],
        FieldWords(
            "Method",
            "Sells a known stock by the objective's sell_by.",
            "text",
            "markdown",
            policy="sell the stock in time",
            because="the stock is to be sold in time",
        ),
    ]
    salvage: Annotated[
        Fraction | None,
        FieldWords(
            "Worth of what is left",
            "Share of the cost that unsold units bring back.",
            "share",
            "20%",
            hint="as a share of the price",
        ),
    ] = None


class Keep(Incoming):
    """Keep the price that held before any other strategy moved it."""

    kind: Annotated[
        Literal["keep"],
        FieldWords(
            "Method",
            "The price before competitors moved it.",
            "text",
            "keep",
            policy="keep the price",
            because="the price is to stay as it is",
        ),
    ]


class Reinforcement(Incoming):
    """A pricing policy trained in the market simulator; `model` names it."""

    kind: Annotated[
        Literal["reinforcement"],
        FieldWords(
            "Method",
            "A pricing policy that was trained in simulated markets.",
            "text",
            "reinforcement",
            policy="a trained policy",
            because="a trained policy chose this price",
        ),
    ]
    model: Annotated[
        Name | None,
        FieldWords(
            "Model", "Name of the trained model; absent, the one of the package.", "text", "mine"
        ),
    ] = None


Strategy = Annotated[
    Optimise | MatchCompetitor | CostPlus | Markdown | Keep | Reinforcement | SecondHand,
    Field(discriminator="kind"),
]
