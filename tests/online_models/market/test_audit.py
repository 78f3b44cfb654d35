from __future__ import annotations

from typing import Any

import pytest

from online_models.market import compose
from online_models.market.audit import Audit
from online_models.market.contenders import RecordedDay
from online_models.market.contenders.pricetide import Pricetide

TIGHT = {
    "policy_id": "tight",
    "version": 1,
    "strategy": [{"kind": "optimise"}],
    "explore": {"kind": "thompson"},
    "guardrails": {
        "minimum_margin": "5%",
        "reference_band": "12%",
        "max_step_up": "3%",
        "max_step_down": "2%",
        "max_changes_per_day": 1,
        "cooldown": "PT36H",
        "price_endings": [".99", ".49", "5"],
    },
}
FIRST = 1000


@pytest.mark.parametrize("name", ["plain", "wild"])
def test_the_pricer_keeps_tight_guardrails_and_explains_itself(name: str) -> None:
    market = compose(name, seed=1, offers=30, sales=20.0)
    contender, seen, moved = Pricetide(market, 1, [TIGHT]), None, 0
    for day in range(20):
        prices = contender.decide(day, seen)
        moved += int((prices != market.assortment.first_price).any())
        seen = RecordedDay(market.day(prices), prices)
    assert contender.audit.decisions > 30
    assert contender.audit.breaches == contender.audit.unexplained == 0
    assert moved > 10


def decision(price: int, before: int = FIRST, **changed: Any) -> dict[str, Any]:
    text = f"{price / 100:.2f}"
    step = {"rule": "optimise", "input": None, "output": text, "detail": {}}
    return {
        "decision_id": f"d-{price}",
        "sku": "sku-0000",
        "policy_id": "tight",
        "time": "2026-03-01T10:00:00Z",
        "previous_price": f"{before / 100:.2f}",
        "price": text,
        "outcome": "changed",
        "explanation": [step],
        **changed,
    }


def audit(**rails: Any) -> Audit:
    """Of an offer that costs 4.00 and first cost 10.00."""
    market = compose("plain", seed=1, offers=1)
    market.assortment.first_price[0], market.assortment.cost[0] = FIRST, 400
    return Audit(market.assortment, [{**TIGHT, "guardrails": rails}])


@pytest.mark.parametrize(
    ("rails", "legal", "illegal"),
    [
        ({"minimum_price": "9.00"}, 900, 899),
        ({"maximum_price": "11.00"}, 1100, 1101),
        ({"minimum_margin": "50%"}, 800, 799),
        ({"never_below_cost": True}, 400, 399),
        ({"reference_band": "20%"}, 1200, 1201),
        ({"reference_band": "20%", "reference_price": "5.00"}, 600, 601),
        ({"max_step_up": "7%"}, 1070, 1071),
        ({"max_step_down": "7%"}, 930, 929),
        ({"price_endings": [".99"]}, 1099, 1098),
        ({}, 1, 0),
    ],
)
def test_a_price_outside_a_guardrail_is_a_breach(
    rails: dict[str, Any], legal: int, illegal: int
) -> None:
    for price, breaches in ((legal, 0), (illegal, 1)):
        found = audit(**rails)
        found.take(decision(price))
        assert found.breaches == breaches, price
        assert (found.decisions, found.unexplained) == (1, 0)


@pytest.mark.parametrize(
    ("rails", "soon", "late"),
    [
        ({"max_changes_per_day": 1}, "2026-03-01T23:00:00Z", "2026-03-02T00:00:00Z"),
        ({"cooldown": "PT12H"}, "2026-03-01T21:59:00Z", "2026-03-01T22:00:00Z"),
    ],
)
def test_a_change_too_soon_is_a_breach(rails: dict[str, Any], soon: str, late: str) -> None:
    for time, breaches in ((soon, 1), (late, 0)):
        found = audit(**rails)
        found.take(decision(1010))
        found.take(decision(1020, before=1010, time=time))
        assert found.breaches == breaches


def test_a_change_in_a_freeze_is_a_breach() -> None:
    frozen = {"from": "2026-03-01T00:00:00Z", "until": "2026-03-02T00:00:00Z"}
    found = audit(freeze=[frozen])
    found.take(decision(1010))
    found.take(decision(1020, before=1010, time="2026-03-02T00:00:00Z"))
    assert found.breaches == 1


def test_explanations_must_lead_to_the_price_without_a_gap() -> None:
    found = audit()
    first = decision(1010)
    (step,) = first["explanation"]
    band = {"rule": "reference_band", "input": "10.10", "output": "10.05", "detail": {}}
    for explanation in ([], [{**step, "input": "9.00"}], [{**step, "output": "10.11"}]):
        found.take({**first, "explanation": explanation})
    # the band's own detail says nothing that would lead to 10.05
    found.take(decision(1005, explanation=[step, band]))
    assert found.unexplained == found.decisions == 4


def test_a_change_that_no_decision_explains_is_not_explained() -> None:
    found = audit()
    made = decision(1010)
    found.take(made)
    found.change(made)
    assert found.unexplained == 0
    found.change({**made, "decision_id": "another"})
    found.change({**made, "price": "9.99"})
    assert found.unexplained == 2
