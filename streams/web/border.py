"""The pricer's border, as the console can ask it: with the products that the store knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from streams.ingest.decoder import Decoder
from streams.web.context import Context
from streams.web.store.intake.products import known


def border_for(context: Context, events: Iterable[Mapping[str, Any]]) -> Decoder:
    """A decoder that knows the currencies of the products that the events name."""
    decoder = Decoder.of(context.settings)
    with context.store.connect() as connection:
        for product in known(connection, sorted(_skus(events))):
            decoder.border.currencies.of_sku[product.sku] = product.currency
    return decoder


def _skus(events: Iterable[Mapping[str, Any]]) -> set[str]:
    found: set[str] = set()
    for event in events:
        lines = event.get("lines")
        named = [event, *(lines if isinstance(lines, list) else [])]
        skus = (each.get("sku") for each in named if isinstance(each, dict))
        found.update(sku for sku in skus if isinstance(sku, str) and _may_be_held(sku))
    return found


def _may_be_held(sku: str) -> bool:
    """Whether a database could know it: none has half a pair of UTF-16, and PostgreSQL no NUL."""
    return "\0" not in sku and not any("\ud800" <= letter <= "\udfff" for letter in sku)
