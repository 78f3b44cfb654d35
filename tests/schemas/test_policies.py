"""Policies: every mistake is told by its path, every value inside is exact."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.records.policy.pricing_policies import Policy
from schemas.records.policy.selection import Selector
from schemas.topics import TOPICS, decode
from schemas.values.fields import ADMITTED
from schemas.values.instants import DAY, HOUR
from schemas.values.limits import MOST_BREAKS, MOST_SEGMENT_PRICES, MOST_STRATEGIES
from schemas.values.offsets import Offset


def put(path: str, value: Any) -> Any:
    """A change of the example: `guardrails.cooldown`, `strategy.0.which`, …"""

    def change(document: Any) -> None:
        *parents, last = (int(part) if part.isdecimal() else part for part in path.split("."))
        for part in parents:
            document = document[part]
        document[last] = value

    return change


def test_the_contract_s_own_example_is_read_exactly(changed: Any) -> None:
    policy = changed("pricing-policies", lambda _: None)
    match, optimise = policy.strategy
    assert (match.which, match.offset, match.max_age) == (
        "lowest",
        Offset(amount=Decimal("-0.01")),
        DAY,
    )
    assert optimise.kind == "optimise"
    assert policy.objective.horizon == 30 * DAY
    assert policy.explore.budget == Decimal("0.01")
    guardrails = policy.guardrails
    assert guardrails.minimum_margin == Decimal("0.05")
    assert guardrails.cooldown == HOUR
    assert guardrails.freeze[0].until - guardrails.freeze[0].from_ == 3 * DAY
    assert policy.experiment.holdout == Decimal("0.1")
    assert policy.segments[0].breaks[0].discount == Decimal("0.05")


def test_the_least_policy_optimises_profit_without_any_bound(read: Any) -> None:
    policy = read("pricing-policies", {"policy_id": "p"})
    assert [entry.kind for entry in policy.strategy] == ["optimise"]
    assert policy.objective.maximise == "profit"
    assert policy.explore.kind == "none"
    bounds = policy.guardrails.model_dump()
    assert all(value is None or value == () for value in bounds.values())
    selector = policy.select.model_dump()
    assert all(entries == () for entries in selector.values())


@pytest.mark.parametrize(
    ("path", "value", "error"),
    [
        ("strategy.0.which", "cheapest", "strategy[0].which: should be 'lowest', 'median'"),
        ("strategy.0.which", "rank", 'strategy[0]: rank is required where which is "rank"'),
        ("strategy.0.offset", "-1 cent", "strategy[0].offset: '-1 cent' is not a decimal amount"),
        ("strategy.0.max_age", "P1M", "strategy[0].max_age: 'P1M' has years or months"),
        ("strategy.0.minimum_confidence", 2, "strategy[0].minimum_confidence: "),
        ("strategy.0.rank", 0, "strategy[0].rank: "),
        ("strategy.0.weights", {"a": -1}, "strategy[0].weights.a: "),
        ("strategy.1.kind", "magic", "strategy[1].kind: 'magic' is none of 'optimise', 'match_"),
        ("strategy.1", {}, "strategy[1].kind: required, but absent"),
        ("strategy.1", {"kind": "cost_plus"}, "strategy[1].margin: required, but absent"),
        ("strategy.1", {"kind": "cost_plus", "margin": "100%"}, "strategy[1].margin: "),
        ("strategy", [], "strategy: needs at least one entry"),
        (
            "strategy.1",
            {"kind": "cost_plus", "margin": 2},
            'strategy[1].margin: 2 is 200%: write "2%", or',
        ),
        (
            "guardrails.max_step_up",
            5,
            'guardrails.max_step_up: 5 is 500%: write "5%", or "500%" if',
        ),
        ("guardrails.max_step_down", "1.5", 'guardrails.max_step_down: 1.5 is 150%: write "1.5%"'),
        ("guardrails.reference_band", 30, "guardrails.reference_band: 30 is 3000%: write"),
        ("guardrails.minimum_margin", -2, "guardrails.minimum_margin: -2 is -200%: write"),
        ("approval.required_above_step", 15, "approval.required_above_step: 15 is 1500%: write"),
        ("objective.maximise", "fun", "objective.maximise: "),
        ("objective.horizon", 30, "objective.horizon: 30 is not a duration"),
        ("objective.minimum_units", -1, "objective.minimum_units: "),
        ("explore.kind", "random", "explore.kind: "),
        ("explore.budget", "150%", "explore.budget: 1.50 is outside 0 … 1"),
        ("guardrails.minimum_price", "-1", "guardrails.minimum_price: -1 is negative"),
        ("guardrails.minimum_margin", "100%", "guardrails.minimum_margin: "),
        ("guardrails.reference_band", "-5%", "guardrails.reference_band: -0.05 is negative"),
        ("guardrails.max_step_up", "five", "guardrails.max_step_up: 'five' is not a fraction"),
        ("guardrails.cooldown", "-PT1H", "guardrails.cooldown: '-PT1H' is a negative duration"),
        ("guardrails.max_changes_per_day", -1, "guardrails.max_changes_per_day: "),
        ("guardrails.price_endings", ["99c"], "guardrails.price_endings[0]: "),
        ("guardrails.respect_map", "yes", "guardrails.respect_map: "),
        (
            "guardrails.freeze",
            [{"from": "2024-01-02T00:00:00Z", "until": "2024-01-01T00:00:00Z"}],
            "guardrails.freeze[0]: until must be after from",
        ),
        (
            "guardrails.freeze",
            [{"from": "2024-01-02T00:00:00Z"}],
            "guardrails.freeze[0].until: required, but absent",
        ),
        ("guardrails.freeze", [{"from": "soon"}], "guardrails.freeze[0].from: 'soon' is not"),
        ("approval.required_above_step", "-1%", "approval.required_above_step: -0.01 is negative"),
        ("breaker", {"window": "PT1H"}, "breaker: needs largest_share or largest_mean_move"),
        ("breaker", {"largest_share": 20}, "breaker.largest_share: 20 is outside 0 … 1"),
        ("breaker", {"largest_mean_move": 5}, "breaker.largest_mean_move: 5 is 500%: write"),
        ("breaker", {"largest_share": 0.2, "window": "PT1S"}, "breaker.window: "),
        ("experiment.holdout", 1.5, "experiment.holdout: 1.5 is outside 0 … 1"),
        ("experiment.unit", "day", "experiment.unit: "),
        ("segments.0.breaks.0.minimum_quantity", 0, "segments[0].breaks[0].minimum_quantity: "),
        ("segments.0.segment", "", "segments[0].segment: "),
        ("select.categories", "food", "select.categories: should be a list, not 'food'"),
        ("select.skus", [""], "select.skus[0]: "),
        ("status", "on", "status: "),
        ("priority", "high", "priority: "),
    ],
)
def test_a_mistake_is_told_by_its_path(error_of: Any, path: str, value: Any, error: str) -> None:
    assert error_of("pricing-policies", put(path, value)).startswith(error)


def test_bounds_that_contradict_are_left_to_run_time(changed: Any) -> None:
    policy = changed("pricing-policies", put("guardrails.minimum_price", "1000"))
    assert policy.guardrails.minimum_price > policy.guardrails.maximum_price


@pytest.mark.parametrize(
    ("value", "offset"),
    [
        ("-1%", Offset(fraction=Decimal("-0.01"))),
        (-0.01, Offset(amount=Decimal("-0.01"))),
        (0, Offset(amount=Decimal(0))),
    ],
)
def test_an_offset_is_money_or_a_percentage(changed: Any, value: Any, offset: Offset) -> None:
    assert changed("pricing-policies", put("strategy.0.offset", value)).strategy[0].offset == offset


@pytest.mark.parametrize("value", [".99", "0.99", 0.99])
def test_an_ending_may_be_written_with_or_without_its_zero(changed: Any, value: Any) -> None:
    policy = changed("pricing-policies", put("guardrails.price_endings", [value, "9", "00"]))
    assert policy.guardrails.price_endings == (".99", "9", "00")


@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "cost_plus", "margin": "25%"},
        {"kind": "cost_plus", "margin": -0.05},
        {"kind": "markdown"},
        {"kind": "keep"},
        {"kind": "reinforcement"},
        {"kind": "second_hand", "aim": "patient", "patient_within": "P60D"},
        {"kind": "match_competitor", "which": "rank", "rank": 2},
        {"kind": "match_competitor", "which": "median", "weights": {"a": 2, "b": 0.5}},
    ],
)
def test_every_strategy_of_the_contract_is_known(changed: Any, entry: Any) -> None:
    assert changed("pricing-policies", put("strategy", [entry])).strategy[0].kind == entry["kind"]


SHARES = st.decimals(0, 1, places=4).map(str) | st.integers(0, 100).map("{}%".format)
AMOUNTS = st.decimals(0, 10**6, places=2).map(str) | st.integers(0, 10**6)
DURATIONS = st.sampled_from(["PT1H", "P30D", "P2W", "PT0.25S", "P1DT12H"])
GUARDRAILS = st.fixed_dictionaries(
    {},
    optional={
        "minimum_price": AMOUNTS | st.none(),
        "maximum_price": AMOUNTS | st.none(),
        "minimum_margin": SHARES.filter(lambda share: Decimal(share.rstrip("%")) < 1),
        "reference_band": SHARES | st.none(),
        "max_step_up": SHARES,
        "cooldown": DURATIONS,
        "max_changes_per_day": st.integers(0, 10) | st.none(),
        "price_endings": st.lists(st.sampled_from([".99", "0.49", 0.95, "00"])) | st.none(),
    },
)
ENTRIES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({"kind": "optimise"}),
    st.builds(dict, kind=st.just("markdown"), salvage=SHARES),
    st.builds(
        dict,
        kind=st.just("match_competitor"),
        offset=st.sampled_from(["-0.01", "-1%", 0, 0.5, "2.50%"]),
        max_age=DURATIONS | st.none(),
    ),
)


@given(GUARDRAILS, st.lists(ENTRIES, min_size=1, max_size=MOST_STRATEGIES), SHARES, DURATIONS)
def test_a_policy_survives_its_own_json(
    guardrails: Any, strategy: Any, share: str, duration: str
) -> None:
    document = {
        "policy_id": "p",
        "guardrails": guardrails,
        "strategy": strategy,
        "explore": {"kind": "thompson", "budget": share},
        "approval": {"expires_after": duration},
    }
    policy = decode("pricing-policies", json.dumps(document).encode())
    written = TOPICS["pricing-policies"].adapter.dump_json(policy, by_alias=True)
    assert decode("pricing-policies", written) == policy


@pytest.mark.parametrize("topic", ["pricing-policies", "promotions"])
@pytest.mark.parametrize("select", [None, {"skus": None}, {"skus": None, "brands": None}])
def test_a_selector_that_is_null_is_not_the_whole_shop(
    error_of: Any, topic: str, select: Any
) -> None:
    assert error_of(topic, lambda record: record.update(select=select)).startswith("select: ")


@pytest.mark.parametrize("kind", ["pause", "resume", "rollback"])
def test_an_order_with_a_selector_that_is_null_is_refused(error_of: Any, kind: str) -> None:
    def change(record: dict[str, Any]) -> None:
        record.clear()
        record.update(kind=kind, select=None, actor="a", reason="r", to="2024-05-01T12:00:00Z")

    assert "select: " in error_of("pricing-control", change)


def test_a_selector_may_leave_some_lists_null_and_an_empty_one_is_everything(changed: Any) -> None:
    some = changed("promotions", lambda r: r.update(select={"skus": ["a"], "brands": None}))
    assert some.select.skus == ("a",)
    assert changed("promotions", lambda r: r.update(select={})).select == Selector()
    assert changed("promotions", lambda r: r.pop("select")).select == Selector()


def test_segments_have_a_bounded_number_of_prices_together_and_what_was_admitted_stays() -> None:
    breaks = [{"minimum_quantity": n + 1, "discount": "5%"} for n in range(MOST_BREAKS)]
    many = MOST_SEGMENT_PRICES // MOST_BREAKS
    segments = [{"segment": f"s{n}", "breaks": breaks} for n in range(many)]
    Policy.model_validate({"policy_id": "p", "segments": segments})
    segments.append({"segment": "last", "breaks": breaks[:1]})
    with pytest.raises(ValidationError, match="segments have 65 breaks together, more than 64"):
        Policy.model_validate({"policy_id": "p", "segments": segments})
    Policy.model_validate({"policy_id": "p", "segments": segments}, context=ADMITTED)
