"""`basket-lines`: what another partition says was ordered and put into baskets."""

from __future__ import annotations

from pydantic import TypeAdapter

from online_models.fold.facts.fact import NOBODY, NOTHING, FactEffect, Handler, Reach
from online_models.fold.recommending import TOPIC, collect
from online_models.fold.state import State
from online_models.journal.batch import Fact
from schemas.records.baskets.basket_lines import BasketLines
from schemas.records.record import decode

_LINES = TypeAdapter(BasketLines)


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Let the desk take it in."""
    if state.settings.observe_only:
        return NOTHING
    return FactEffect(NOBODY, collect(state, decode(_LINES, fact.value or b""), now))


HANDLER = Handler(TOPIC, Reach.ALL, apply)
