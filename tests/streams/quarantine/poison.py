"""A fault for tests: the effect of certain acknowledgements fails, half done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from online_models.fold import facts
from online_models.fold.facts.fact import Handler
from schemas.values.money import LARGEST_MINOR

#: What an acknowledgement of this decision does: it ruins its offer's price, and then fails.
POISON = "poison"


def inject() -> Handler:
    """Install the fault; returns the handler that was there."""
    sound = facts.HANDLERS["price-acks"]

    def apply(state: Any, fact: Any, now: int) -> Any:
        if POISON.encode() in fact.value:
            state.pricing.ledger.price[:] = LARGEST_MINOR
            state.count("unknown_ack", 1000)
            raise ArithmeticError("a fault")
        return sound.apply(state, fact, now)

    facts.HANDLERS["price-acks"] = replace(sound, apply=apply)
    return sound
