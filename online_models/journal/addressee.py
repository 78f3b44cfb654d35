"""Which events every partition of a journal has."""

from __future__ import annotations

from online_models.journal.batch import Batch, Kind

CONTROL = "pricing-control"


def is_for_all(batch: Batch, place: int) -> bool:
    """Whether an event is in every partition: it names no SKU and, as an order, no decision."""
    if batch.sku[place] >= 0:
        return False
    if batch.kind[place] != Kind.FACT:
        return True
    fact = batch.facts[batch.detail[place]]
    return fact.topic != CONTROL or fact.key is None
