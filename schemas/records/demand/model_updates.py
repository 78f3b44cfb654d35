"""`model-updates`: weights of a trained model, and its standing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from schemas.records.record import Outgoing
from schemas.values.fields import Attributes, Count, InstantText, Json, Name, Number, Stock, Text
from schemas.values.limits import MOST_LISTED


class ModelUpdate(Outgoing):
    """`weights` in whole, or the part `chunk` of `chunks`; `sha256` is of the whole.

    A worker reads what a newer trainer may have written: fields that it does not know are left out.
    """

    model_config = ConfigDict(extra="ignore")

    model: Name
    version: Name | Stock
    trained_at: InstantText
    trained_through: InstantText
    metrics: Annotated[dict[Name, Number], Field(max_length=MOST_LISTED)]
    weights: Json
    status: Literal["challenger", "champion", "retired"]
    architecture: Attributes | None = None
    sha256: Text | None = None
    chunk: Stock | None = None
    chunks: Count | None = None
