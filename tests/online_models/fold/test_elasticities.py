"""Elasticities are told as they move, and partitions learn of their categories from each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.batch import Batch, BatchBuilder, Fact, Kind, SourcePartition
from online_models.journal.outputs import Output
from online_models.persistence.plain import same
from schemas.topics import decode

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY
KEEP = {"strategy": [{"kind": "keep"}], "guardrails": {}}
TELLING = "category-evidence"


def shop(journal: Any, skus: str, days: int, elasticity: float = -3.0) -> Any:
    """Prices move by a tenth from day to day, and sales with them."""
    random = np.random.default_rng(3 + len(skus))
    journal.policy("p", START, **KEEP)
    for sku in skus:
        journal.product(sku)
    journal.tick(START)
    for day in range(days):
        for sku in skus:
            price = int(random.choice([900, 1000, 1100]))
            journal.control(
                START + day * DAY, kind="set_price", sku=sku, price=f"{price / 100:.2f}"
            )
            units = int(random.poisson(20 * (price / 1000) ** elasticity))
            if units:
                journal.order(START + day * DAY + HOUR, sku, units, price, order=f"{sku}{day}")
        journal.tick(START + (day + 1) * DAY)
    journal.tick(START + (days + 2) * DAY)
    return journal


def last(outputs: list[Output], scope: str) -> dict[str, dict[str, Any]]:
    """The latest record of every key, as compaction leaves it."""
    found = [(o.key, decode(o.topic, o.value), o.value) for o in outputs]
    return {k.decode(): json.loads(v) for k, model, v in found if k and model.scope == scope}


def test_elasticities_are_told_per_offer_and_category_with_intervals_that_hold_the_truth(
    journal: Any, run: Callable[..., Any]
) -> None:
    outputs = run(shop(journal, "ab", 90)).outputs
    told = [o for o in outputs if o.topic == "elasticities"]
    offers, categories = last(told, "offer"), last(told, "category")
    assert set(offers) == {"offer|a\\|web", "offer|b\\|web"}
    assert set(categories) == {"category|food/coffee"}
    for record in (*offers.values(), *categories.values()):
        assert record["own"]["lower"] < -3.0 < record["own"]["upper"]
        # the two do not compete
        assert record["assortment"]["lower"] < 0.15
        assert 0.1 < record["assortment"]["upper"] - record["assortment"]["lower"] < 0.6
    assert offers["offer|a\\|web"]["own"]["mean"] < -2.3
    # told when it moves, not every day
    assert 4 < len(told) < 3 * 45


def test_an_offer_alone_in_its_category_has_no_elasticity_to_the_others_prices(
    journal: Any, run: Callable[..., Any]
) -> None:
    told = [o for o in run(shop(journal, "a", 30)).outputs if o.topic == "elasticities"]
    assert told
    assert last(told, "offer")["offer|a\\|web"]["assortment"] is None


def partition(
    skus: str, days: int, settings: FoldSettings, elasticity: float = -3.0
) -> tuple[Fold, list[Output]]:
    from tests.online_models.fold.conftest import Journal

    fold = Fold(settings)
    return fold, fold.step(shop(Journal(), skus, days, elasticity).batch())


def told_by(outputs: list[Output]) -> Batch:
    rows = BatchBuilder()
    for offset, output in enumerate(o for o in outputs if o.topic == TELLING):
        detail = rows.fact(Fact(TELLING, None, output.value))
        rows.add(Kind.FACT, output.time, SourcePartition(TELLING, 0), offset=offset, detail=detail)
    return rows.batch()


def test_a_partition_with_new_offers_starts_from_what_others_learnt_of_the_category() -> None:
    settings = FoldSettings(partitions=2)
    old, outputs = partition("ab", 60, settings, elasticity=-4.0)
    new, silent = partition("c", 3, settings)
    row = np.array([new.state.catalogue.category_names.id("food/coffee") + 1])
    pools = new.state.demand.filter.pools
    before = pools.shared.mean[1, row].item()
    new.step(told_by(outputs))
    pools.renew(new.state.demand.tree, new.state.demand.filter.state, new.state.demand.filter.row)
    after = pools.shared.mean[1, row].item()
    learnt = old.state.demand.filter.pools.shared.mean[1, row].item()
    assert abs(after - learnt) < 0.25 * abs(before - learnt)
    # one's own words come back too, and count once
    first = old.snapshot()["demand"]
    old.step(told_by(outputs))
    assert same(first, old.snapshot()["demand"])
    # one partition speaks for the category
    assert old.state.evidence.leads("food/coffee")
    assert not new.state.evidence.leads("food/coffee")
    assert any(o.topic == TELLING for o in silent)


def test_one_partition_tells_nobody() -> None:
    _, outputs = partition("a", 5, FoldSettings())
    assert not any(o.topic == TELLING for o in outputs)
