"""Plans judged by the truth of markets whose shoppers stock up."""

from __future__ import annotations

import pytest

from online_models.studies.promotions.plan import plan
from online_models.studies.promotions.planned import PlannedPromotion
from schemas.values.percentages import to_ppm
from tests.online_models.studies.promotions.promoted_shop import WEEK, Shop, gained, promoted_shop

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def shop() -> Shop:
    return promoted_shop("choke+pantry", 7, dear=1.3)


@pytest.fixture(scope="module")
def plans(shop: Shop) -> list[PlannedPromotion]:
    return plan(shop.learnt())


def test_every_plan_gains_and_together_they_gain_what_they_expect(
    shop: Shop, plans: list[PlannedPromotion]
) -> None:
    gains = [gained(shop, [each]) for each in plans]
    assert len(plans) >= 2
    assert min(gains) > 0.0
    assert 0.6 < sum(gains) / sum(float(each.gain.profit) for each in plans) < 1.6
    assert gained(shop, plans) == pytest.approx(sum(gains), rel=0.1)


def test_a_plan_is_likely_to_gain_and_says_what_is_bought_ahead(
    plans: list[PlannedPromotion],
) -> None:
    for each in plans:
        assert 0.0 < each.gain.lower < each.gain.profit < each.gain.upper
        assert 0.0 < each.gain.ahead < each.gain.extra < each.gain.units
        assert each.runs > 0


def test_nothing_deeper_is_planned_than_was_ever_tried(
    shop: Shop, plans: list[PlannedPromotion]
) -> None:
    deepest = max(float(part.promotion.max(initial=0.0)) for part in shop.parts)
    assert all(each.depth <= deepest * 1e6 + 1 for each in plans)
    assert all(each.end - each.start == WEEK * DAY_MS for each in plans)


def test_one_past_gives_one_plan(shop: Shop, plans: list[PlannedPromotion]) -> None:
    again = plan(shop.learnt())
    assert [(p.sku, p.start, p.depth) for p in again] == [(p.sku, p.start, p.depth) for p in plans]
    assert [float(p.gain.profit) for p in again] == [float(p.gain.profit) for p in plans]


def test_the_guardrails_bind_and_the_budget_is_kept(
    shop: Shop, plans: list[PlannedPromotion]
) -> None:
    whole = sum(float(each.gain.discount) for each in plans)
    budget = f"{whole / 200:.2f}"
    tight = promoted_shop(
        "choke+pantry",
        7,
        dear=1.3,
        promotions={"budget": budget, "depths": ["10%", "20%", "30%"], "durations": ["P4D", "P7D"]},
        guardrails={"minimum_margin": "35%"},
    )
    found = plan(tight.learnt())
    assert found
    assert sum(float(each.gain.discount) for each in found) <= whole / 2 + 1
    goods = tight.market.assortment
    for each in found:
        offer = goods.skus.index(each.sku)
        assert each.price * goods.kept[offer] * 0.65 >= goods.cost[offer] - 1
        assert each.depth in {to_ppm(f"{p}%") for p in (10, 20, 30)}


def test_without_earlier_promotions_nothing_is_planned() -> None:
    never = promoted_shop("choke+pantry", 7, dear=1.3, often=0.0)
    assert not plan(never.learnt())
