"""`elasticities`: how units respond to prices, as learnt online."""

from __future__ import annotations

from typing import Literal

from schemas.records.record import Outgoing
from schemas.values.fields import InstantText, Name, Number, Text


class Elasticity(Outgoing):
    """Per cent more units for one per cent more of a price; bounds of the central 95 % interval."""

    mean: Number
    lower: Number
    upper: Number


class Elasticities(Outgoing):
    """Those of an offer (`key`: sku|channel), or of the mean offer of a category (`key`: its path).

    `own` is to the own price, `competitor` to the lowest competitor's, `assortment` to the mean
    price of the category's other offers on the channel: null where there are none.
    """

    scope: Literal["offer", "category"]
    key: Text
    sku: Name | None = None
    channel: Name | None = None
    category: Text | None = None
    time: InstantText
    own: Elasticity
    competitor: Elasticity
    assortment: Elasticity | None = None
