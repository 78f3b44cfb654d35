"""However the journal is cut, and wherever the state was saved: the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from online_models.fold import spans
from online_models.journal.outputs import Output
from online_models.pricing.policy.settings import PricingSettings

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY
InPieces = Callable[..., list[Output]]
SETTINGS: list[dict[str, Any]] = [
    {"window_ms": DAY},
    {
        "window_ms": 6 * HOUR,
        "lateness_ms": 0,
        "pricing": PricingSettings(own_names=frozenset({"acme"})),
    },
]
quickly = settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.parametrize("options", SETTINGS, ids=["a day", "six hours"])
@given(data=st.data())
@quickly
def test_one_by_one_is_as_a_whole(
    data: st.DataObject, journals: Any, in_pieces: InPieces, options: dict[str, Any]
) -> None:
    journal = data.draw(journals)
    whole = in_pieces(journal, [], **options)
    assert in_pieces(journal, range(len(journal.batch)), **options) == whole


@pytest.mark.parametrize("options", SETTINGS, ids=["a day", "six hours"])
@given(data=st.data())
@quickly
def test_any_cut_and_any_restart_is_as_a_whole(
    data: st.DataObject, busy_journals: Any, in_pieces: InPieces, options: dict[str, Any]
) -> None:
    journal = data.draw(busy_journals)
    places = data.draw(st.sets(st.integers(1, len(journal.batch)), max_size=6))
    whole = in_pieces(journal, [], **options)
    assert in_pieces(journal, places, restart=True, **options) == whole


@pytest.mark.parametrize("most", [1, 4])
@given(data=st.data())
@quickly
def test_however_many_orders_and_clicks_wait_to_be_added_up(
    data: st.DataObject, busy_journals: Any, in_pieces: InPieces, most: int
) -> None:
    journal = data.draw(busy_journals)
    places = data.draw(st.sets(st.integers(1, len(journal.batch)), max_size=6))
    whole = in_pieces(journal, [])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(spans, "MOST_WAITING", most)
        assert in_pieces(journal, places) == whole


def test_an_acknowledgement_does_not_reach_into_the_past_of_other_offers(
    journal: Any, in_pieces: InPieces
) -> None:
    for sku in "abc":
        journal.product(sku)
    rails = {"max_step_down": "5%"}
    strategy = [{"kind": "cost_plus", "margin": "30%"}]
    journal.tick(START)
    journal.policy("p", START, version=1, strategy=strategy, guardrails=rails)
    journal.competitor(
        START + 2 * HOUR, "c"
    )  # moves the clock past the time for an acknowledgement
    journal.stock(START + 2 * HOUR, "b")
    journal.ack(START + 2 * HOUR, "a", sequence=2, price="9.50")
    journal.tick(START + 2 * HOUR)
    written = SimpleNamespace(batch=journal.batch(), ends=[])
    whole = in_pieces(written, [])
    assert in_pieces(written, range(len(written.batch))) == whole


def test_a_channel_that_a_product_had_is_heard_wherever_a_batch_begins(
    journal: Any, in_pieces: InPieces
) -> None:
    journal.product("a", channels={"web": {}, "shop": {}})
    journal.tick(START)
    journal.product("a", START + HOUR, channels={})
    journal.click(START + 2 * HOUR, "a", channel="shop")
    journal.tick(START + 2 * DAY)
    written = SimpleNamespace(batch=journal.batch(), ends=[])
    assert in_pieces(written, [1]) == in_pieces(written, [])


@pytest.mark.parametrize("late", [0, 5 * DAY])
def test_an_event_id_is_forgotten_alike_whether_ticks_stand_in_a_batch_or_between(
    journal: Any, in_pieces: InPieces, late: int
) -> None:
    journal.product("a")
    journal.order(START, event_id="e")
    journal.tick(START + 9 * DAY)
    journal.order(START + late, event_id="e")
    journal.order(START + 9 * DAY, event_id="f")
    journal.order(START + late, event_id="e")
    journal.tick(START + 20 * DAY)
    written = SimpleNamespace(batch=journal.batch(), ends=[])
    whole = in_pieces(written, [], lateness_ms=30 * DAY)
    assert in_pieces(written, range(len(written.batch)), lateness_ms=30 * DAY) == whole


def test_products_that_appear_together_tell_nothing_of_each_other(
    journal: Any, in_pieces: InPieces
) -> None:
    strategy = [{"kind": "match_competitor"}, {"kind": "optimise"}]
    journal.policy("p", START, version=1, strategy=strategy, guardrails={})
    journal.tick(START)
    for i, sku in enumerate("abcdef"):
        journal.product(sku, cost=f"{3 + i}.00")
    for i, sku in enumerate("abcdef"):
        journal.competitor(START + i, sku, 900)
    journal.tick(START + HOUR)
    written = SimpleNamespace(batch=journal.batch(), ends=[])
    whole = in_pieces(written, [])
    assert in_pieces(written, range(len(written.batch))) == whole


def test_a_substitute_that_moves_at_the_same_time_tells_nothing_before_a_tick(
    journal: Any, in_pieces: InPieces
) -> None:
    journal.policy("o", START, version=1, select={"skus": ["b"]}, strategy=[{"kind": "optimise"}])
    journal.policy("m", START, version=1, strategy=[{"kind": "match_competitor"}])
    journal.tick(START)
    journal.product("a")
    journal.product("b", substitutes=["a"])
    for day in range(3):
        journal.order(START + day * DAY, "b", order=f"o{day}")
        journal.tick(START + (day + 1) * DAY)
    journal.competitor(START + 3 * DAY + 1, "a", 4000)
    journal.stock(START + 3 * DAY + 2, "b", 500)
    journal.competitor(START + 3 * DAY + 3, "b", 900)
    written = SimpleNamespace(batch=journal.batch(), ends=[])
    whole = in_pieces(written, [])
    assert in_pieces(written, range(len(written.batch))) == whole


@pytest.mark.parametrize("ack_first", [False, True])
def test_the_first_acknowledgement_of_a_channel_tells_other_offers_nothing_before_a_tick(
    journal: Any, in_pieces: InPieces, run: Any, ack_first: bool
) -> None:
    journal.policy("m", START, version=1, strategy=[{"kind": "match_competitor"}], guardrails={})
    for sku in "ab":
        journal.product(sku, cost="1.00")
    journal.tick(START)
    journal.competitor(START + 1, "a", 900)
    decision = run(journal.batch()).values("price-changes")[-1]["decision_id"]
    sequence = int(decision.rpartition("-")[2])
    steps = [
        lambda: journal.ack(START + HOUR, "a", sequence, price="9.00"),
        lambda: journal.competitor(START + HOUR, "b", 800),
    ]
    for step in steps if ack_first else reversed(steps):
        step()
    journal.tick(START + 3 * DAY)
    written = SimpleNamespace(batch=journal.batch(), ends=[])
    whole = in_pieces(written, [])
    assert in_pieces(written, range(len(written.batch))) == whole


@pytest.mark.parametrize("seed", range(6))
def test_a_breaker_trips_at_the_same_event_however_the_journal_is_cut(
    journal: Any, in_pieces: InPieces, seed: int
) -> None:
    random = Random(seed)
    skus = [f"s{i}" for i in range(9)]
    channels = {"web": {}, "store": {}}
    for sku in skus:
        category = random.choice(["tea", "tea", "mugs"])
        journal.product(sku, category=category, cost="1.00", channels=channels)
    journal.policy(
        "p",
        START,
        strategy=[{"kind": "match_competitor"}, {"kind": "keep"}],
        guardrails={"protect_channels": ["store"]},
        breaker={"largest_share": "40%", "largest_mean_move": "6%"},
    )
    journal.tick(START + 1)
    for step in range(120):
        time = START + 2 + step * 60_000
        price = random.randint(700, 1300)
        journal.competitor(time, random.choice(skus), price, random.choice("xy"))
        if step % 9 == 0:
            journal.product(random.choice(skus), time, cost="2.00", channels=channels)
        if step % 40 == 39:
            journal.tick(time + 1)
    batch = journal.batch()
    written = SimpleNamespace(batch=batch, ends=[])
    whole = in_pieces(written, [])
    kinds = [json.loads(o.value)["kind"] for o in whole if o.topic == "pricing-alerts"]
    assert "breaker_tripped" in kinds
    assert in_pieces(written, range(len(batch)), restart=True) == whole
    assert in_pieces(written, sorted(random.sample(range(len(batch)), 9))) == whole
