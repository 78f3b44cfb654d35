"""An experiment on the offers of a policy."""

from __future__ import annotations

from typing import Annotated, Literal

from schemas.records.field_words import FieldWords
from schemas.records.record import Incoming
from schemas.values.fields import Name, Share


class Experiment(Incoming):
    """The share `holdout` of the units, drawn by hash, keeps its prices."""

    name: Annotated[
        Name,
        FieldWords(
            "Name of the experiment", "Name of an experiment on this policy.", "text", "autumn"
        ),
    ]
    holdout: Annotated[
        Share,
        FieldWords(
            "Share left alone",
            "Share of the units, drawn by hash, that keep their prices.",
            "share",
            0.1,
            hint="such as 10%",
        ),
    ]
    unit: Annotated[
        Literal["sku", "offer"],
        FieldWords(
            "Drawn by",
            "What is drawn: a product on all channels, or an offer.",
            "one of sku, offer",
            "sku",
        ),
    ] = "sku"
