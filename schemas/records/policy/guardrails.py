"""A policy's guardrails and freezes. One that is null or absent does not bind."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from schemas.records.field_words import FieldWords
from schemas.records.record import Incoming
from schemas.values.fields import (
    Duration,
    Flag,
    Fraction,
    Instant,
    Margin,
    Money,
    Name,
    Names,
    PriceEnding,
    Stock,
)
from schemas.values.limits import MOST_LISTED


class Freeze(Incoming):
    """No change in [from, until)."""

    from_: Annotated[
        Instant, FieldWords("From", "No change from then on …", "instant", "2026-12-24T00:00:00Z")
    ] = Field(alias="from")
    until: Annotated[
        Instant, FieldWords("Until", "… until then, exclusive.", "instant", "2026-12-27T00:00:00Z")
    ]

    @model_validator(mode="after")
    def _ends_after_start(self) -> Freeze:
        if self.until <= self.from_:
            raise ValueError("until must be after from")
        return self


class LadderRule(Incoming):
    """The price on `channel` is at least `lowest` and at most `highest` of that on `of`."""

    channel: Annotated[
        Name, FieldWords("Channel", "The price on this channel …", "text", "marketplace:amazon")
    ]
    of: Annotated[
        Name, FieldWords("Of", "… against that of the same product on this one …", "text", "web")
    ]
    lowest: Annotated[
        Fraction | None, FieldWords("At least", "… is at least this share of it …", "share", "100%")
    ] = None
    highest: Annotated[
        Fraction | None, FieldWords("At most", "… and at most this share.", "share", "120%")
    ] = None

    @model_validator(mode="after")
    def _leaves_a_price(self) -> LadderRule:
        if self.lowest is None and self.highest is None:
            raise ValueError("needs lowest or highest")
        if self.highest == 0 or (self.highest is not None and (self.lowest or 0) > self.highest):
            raise ValueError("leaves no price: highest is below lowest, or nothing")
        if self.channel == self.of:
            raise ValueError("of: is the channel itself")
        return self


class Guardrails(Incoming):
    """Bounds on every price; which of them contradict each other shows only at run time.

    Money is in the offer's currency. `reference_price` replaces the offer's first known price as
    the centre of `reference_band`; `protect_channels` may not be undercut by any other channel.
    """

    minimum_price: Annotated[
        Money | None,
        FieldWords(
            "Lowest price",
            "No price below.",
            "money",
            "5.00",
            policy="Never cheaper than {}.",
            because="it may not be cheaper",
        ),
    ] = None
    maximum_price: Annotated[
        Money | None,
        FieldWords(
            "Highest price",
            "No price above.",
            "money",
            "15.00",
            policy="Never dearer than {}.",
            because="it may not be dearer",
        ),
    ] = None
    minimum_margin: Annotated[
        Margin | None,
        FieldWords(
            "Lowest margin",
            "(Net price − cost − fees) ÷ net price is at least this; below 0 allows a loss.",
            "share",
            "5%",
            hint="such as 5%",
            policy="The margin is at least {}.",
            because="the margin must not fall further",
        ),
    ] = None
    never_below_cost: Annotated[
        Flag | None,
        FieldWords(
            "Never below cost",
            "The same with a margin of 0.",
            "true or false",
            True,
            policy="Never below cost.",
            because="it must not be sold below cost",
        ),
    ] = None
    respect_map: Annotated[
        Flag | None,
        FieldWords(
            "Keep the maker's lowest advertised price",
            "Not below the product's map_price, the lowest advertised price.",
            "true or false",
            True,
            policy="Never below the maker's lowest advertised price.",
            because="the maker's lowest advertised price holds",
        ),
    ] = None
    reference_band: Annotated[
        Fraction | None,
        FieldWords(
            "Band around the reference price",
            "How far from the offer's first known price, up and down.",
            "share",
            "30%",
            hint="such as 20%",
            policy="Within {} of the reference price.",
            because="the price must stay near its reference",
        ),
    ] = None
    reference_price: Annotated[
        Money | None,
        FieldWords(
            "Reference price",
            "The centre of the band, instead of the first price.",
            "money",
            "9.99",
            hint="empty: the first known price",
            policy="The reference price is {}.",
        ),
    ] = None
    max_step_up: Annotated[
        Fraction | None,
        FieldWords(
            "Largest rise at once",
            "How far one change may rise, of the price in force.",
            "share",
            "5%",
            hint="such as 5%",
            policy="Rises by at most {} at once.",
            because="it may not rise faster",
        ),
    ] = None
    max_step_down: Annotated[
        Fraction | None,
        FieldWords(
            "Largest fall at once",
            "How far one change may fall.",
            "share",
            "10%",
            hint="such as 10%",
            policy="Falls by at most {} at once.",
            because="it may not fall faster",
        ),
    ] = None
    cooldown: Annotated[
        Duration | None,
        FieldWords(
            "Time between two changes",
            "No change for so long after one.",
            "duration",
            "PT1H",
            hint="such as 6 hours",
            policy="At least {} between two changes.",
            because="the last change was too recent",
        ),
    ] = None
    max_changes_per_day: Annotated[
        Stock | None,
        FieldWords(
            "Changes a day, at most",
            "Changes of an offer in a calendar day.",
            "number",
            4,
            policy="Changes a day, at most: {}.",
            because="the day's changes are used up",
        ),
    ] = None
    price_endings: Annotated[
        tuple[PriceEnding, ...],
        Field(max_length=MOST_LISTED),
        FieldWords(
            "Price endings",
            "The last figures of every regular price.",
            "list of text",
            [".99", ".49"],
            hint="such as .99, .49",
            policy="Prices end in {}.",
            because="prices have fixed endings",
        ),
    ] = ()
    never_above_list_price: Annotated[
        Flag | None,
        FieldWords(
            "Never above the list price",
            "Not above the product's list_price.",
            "true or false",
            True,
            policy="Never above the list price.",
            because="it may not exceed the list price",
        ),
    ] = None
    protect_channels: Annotated[
        Names,
        FieldWords(
            "Channels that no other may undercut",
            "No other channel is cheaper than these.",
            "list of text",
            ["store:112"],
            policy="No other channel may be cheaper than {}.",
            because="another channel's price is protected",
        ),
    ] = ()
    channel_ladder: Annotated[
        tuple[LadderRule, ...],
        Field(max_length=MOST_LISTED),
        FieldWords("Ladder of channels", because="the price on another channel bounds it"),
    ] = ()
    freeze: Annotated[
        tuple[Freeze, ...],
        Field(max_length=MOST_LISTED),
        FieldWords(
            "Frozen times",
            hint='such as [{"from": "…", "until": "…"}]',
            policy="Prices are frozen {}.",
            because="prices are frozen",
        ),
    ] = ()
