"""Competitors' prices taken together leave what they leave one by one."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.pricing.policy.settings import PricingSettings

HOUR = 3_600_000
START = 1_700_006_400_000
SKUS = "abcdefghi"
OWN = FoldSettings(pricing=PricingSettings(own_names=frozenset({"us"})))

PRICES = st.fixed_dictionaries(
    {
        # ordinary ones, spikes, mix-ups of cents and euros, nothing
        "price": st.sampled_from([0, 9, 12, 190, 880, 900, 910, 4600, 9100, 90_000]),
        "competitor": st.sampled_from(["x", "y", " Us"]),
        "shipping": st.sampled_from([0, 0, 390]),
        "in_stock": st.sampled_from([True, True, False]),
        "channel": st.sampled_from([None, None, "web", "shop"]),
        "currency": st.sampled_from(["USD", "USD", "USD", "EUR", "GBP"]),
    }
)
#: All SKUs in turn, so that those of a turn are taken together; some late, some of nobody's SKU.
TURNS = st.lists(
    st.tuples(st.lists(PRICES, min_size=len(SKUS), max_size=len(SKUS)), st.integers(-2, 2)),
    min_size=2,
    max_size=6,
)


def state_of(fold: Fold) -> dict[str, Any]:
    """What competitors' prices leave behind, unused rows aside."""
    competitors, memory = fold.state.competitors, fold.state.cleaning.memory
    memory.grow(competitors.entries.size)
    arrays = {**competitors.entries.snapshot(), **memory.snapshot()}
    found = {name: array.tolist() for name, array in arrays.items()}
    return found | {"names": list(competitors.names.names), "filled": competitors.filled.tolist()}


@given(turns=TURNS, unknown=st.sets(st.sampled_from(SKUS), max_size=2))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_turn_of_many_skus_is_as_one_by_one(
    new_journal: Any, turns: list[tuple[list[dict[str, Any]], int]], unknown: set[str]
) -> None:
    journal = new_journal()
    for sku in SKUS:
        if sku not in unknown:
            journal.product(sku, channels={"web": {}, "shop": {}})
    journal.tick(START)
    for i, (prices, lag) in enumerate(turns):
        for sku, price in zip(SKUS, prices, strict=True):
            journal.competitor(START + (i + lag) * HOUR, sku, **price)
    journal.tick(START + 48 * HOUR)
    batch = journal.batch()
    together, singly = Fold(OWN), Fold(OWN)
    outputs = together.step(batch)
    single = [out for i in range(len(batch)) for out in singly.step(batch.take(slice(i, i + 1)))]
    assert single == outputs
    assert state_of(singly) == state_of(together)
