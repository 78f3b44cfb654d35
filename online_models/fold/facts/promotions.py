"""`promotions`: campaigns that change what is shown and what is expected."""

from __future__ import annotations

from pydantic import TypeAdapter

from online_models.fold.facts.fact import FactEffect, Handler, Reach
from online_models.fold.state import State
from online_models.journal.batch import Fact
from schemas.records.record import decode
from schemas.records.shop.promotions import Promotion

_PROMOTION = TypeAdapter(Promotion)


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Add, change or (a tombstone, `cancelled`) withdraw one promotion."""
    record: Promotion | None = None if fact.value is None else decode(_PROMOTION, fact.value)
    identity = (fact.key or "") if record is None else record.promotion_id
    return FactEffect(state.pricing.put_promotion(identity, record, now), [])


HANDLER = Handler("promotions", Reach.ALL, apply)
