"""`model-updates`: weights of networks, which forecast or price from their place in the journal on.

So a replay swaps them at the same event. What is not whole, or not what it claims to be, changes
nothing but an alert.
"""

from __future__ import annotations

from pydantic import TypeAdapter

from online_models.demand.networks.champions import Notice
from online_models.fold.facts.fact import NOTHING, FactEffect, Handler, Reach
from online_models.fold.state import State
from online_models.journal.batch import Fact
from schemas.records.model_updates import ModelUpdate
from schemas.records.record import decode

_UPDATE = TypeAdapter(ModelUpdate)


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Take up one part of a version, or a change of its standing."""
    del now
    update: ModelUpdate = decode(_UPDATE, fact.value or b"")
    verdict = state.take_up(update)
    if verdict.kind == "rejected":
        details = {"model": update.model, "version": str(update.version)}
        state.notices.append(Notice("model_rejected", verdict.reason, details))
    return NOTHING


HANDLER = Handler("model-updates", Reach.ALL, apply)
