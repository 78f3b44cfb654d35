"""`model-updates`: weights of networks, which forecast or price from their place in the journal on.

So a replay swaps them at the same event. What is not whole, or not what it claims to be, changes
nothing but an alert.
"""

from __future__ import annotations

from pydantic import TypeAdapter

from online_models.demand.networks.champions import Notice
from online_models.demand.networks.chunks import ChunkVerdict
from online_models.demand.networks.expert import MODEL as DEMAND
from online_models.fold.facts.fact import NOTHING, FactEffect, Handler, Reach
from online_models.fold.state import State
from online_models.journal.batch import Fact
from online_models.pricing.learned.policy import MODEL as POLICY
from schemas.records.demand.model_updates import ModelUpdate
from schemas.records.record import decode

_UPDATE = TypeAdapter(ModelUpdate)


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Take up one part of a version, or a change of its standing."""
    del now
    update: ModelUpdate = decode(_UPDATE, fact.value or b"")
    verdict = accept_update(state, update)
    if verdict.kind == "rejected" and state.settings.speaks_for_shop:
        details = {"model": update.model, "version": str(update.version)}
        state.notices.append(Notice("model_rejected", verdict.reason, details))
    return NOTHING


def accept_update(state: State, update: ModelUpdate) -> ChunkVerdict:
    """Let weights forecast or price from now on, if they are what they claim to be."""
    if update.model == POLICY:
        return state.pricing.state.seat.accept(update)
    if update.model != DEMAND:
        return ChunkVerdict("rejected", f"model {update.model!r} is none of this pricer's")
    verdict = state.demand.accept_update(update)
    state.pricing.model_version = state.demand.version
    return verdict


HANDLER = Handler("model-updates", Reach.ALL, apply)
