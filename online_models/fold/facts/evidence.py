"""`category-evidence`: what another partition's offers say of the categories, from now on."""

from __future__ import annotations

from pydantic import TypeAdapter

from online_models.demand.records.evidence_exchange import TOPIC
from online_models.fold.facts.fact import NOTHING, FactEffect, Handler, Reach
from online_models.fold.state import State
from online_models.journal.batch import Fact
from schemas.records.demand.category_evidence import CategoryEvidence
from schemas.records.record import decode

_EVIDENCE = TypeAdapter(CategoryEvidence)


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Add it to the pools."""
    del now
    state.evidence.accept(state.catalogue, state.demand, decode(_EVIDENCE, fact.value or b""))
    return NOTHING


HANDLER = Handler(TOPIC, Reach.ALL, apply)
