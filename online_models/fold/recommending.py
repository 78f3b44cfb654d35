"""What goes to the desk that recommends, and what it says."""

from __future__ import annotations

from online_models.fold.state import State
from online_models.journal.outputs import Output
from online_models.journal.partitioning import DESK_ADDRESS
from schemas.records.baskets.basket_lines import BasketLines

TOPIC = "basket-lines"


def recommend(state: State, now: int) -> list[Output]:
    """At a tick: tell the desk what was ordered since the last one, or be the desk."""
    outputs: list[Output] = []
    for said in state.basket_feed.due(state.pricing, now):
        if state.settings.partitions == 1:
            outputs += collect(state, said, now)
        else:
            value = said.model_dump_json(exclude_defaults=True).encode()
            outputs.append(Output(TOPIC, None, value, now))
    terms, seed = state.pricing.book.recommend or (None, 0)
    return outputs + state.recommendations.settle(terms, seed, now)


def collect(state: State, said: BasketLines, now: int) -> list[Output]:
    """Let the desk take in what a partition tells."""
    terms, seed = state.pricing.book.recommend or (None, 0)
    return state.recommendations.collect(said, terms, seed, now)


def withdraw(state: State, customer: str, now: int) -> list[Output]:
    """Forget a customer (keyed hash), who is shown nothing from now on."""
    state.basket_feed.forget(customer)
    if state.settings.partition != DESK_ADDRESS % state.settings.partitions:
        return []
    return state.recommendations.forget(customer, state.basket_feed.withdrawals, now)
