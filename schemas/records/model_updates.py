"""`model-updates`: weights of a trained model, and its standing."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, JsonValue

from schemas.records.record import Outgoing
from schemas.values.fields import Count, InstantText, Name, Number, Stock, Text


class ModelUpdate(Outgoing):
    """`weights` in whole, or the part `chunk` of `chunks`; `sha256` is of the whole.

    A worker reads what a newer trainer may have written: fields that it does not know are left out.
    """

    model_config = ConfigDict(extra="ignore")

    model: Name
    version: Name | Stock
    trained_at: InstantText
    trained_through: InstantText
    metrics: dict[Name, Number]
    weights: JsonValue
    status: Literal["challenger", "champion", "retired"]
    architecture: dict[str, JsonValue] | None = None
    sha256: Text | None = None
    chunk: Stock | None = None
    chunks: Count | None = None
