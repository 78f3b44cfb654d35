"""In the shadow prices are decided for nobody to meet, and the shop's own are learnt from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.pricing.policy.settings import PricingSettings
from schemas.values.instants import DAY, HOUR
from tests.online_models.fold.conftest import START, Journal, Run, cut

RAILS = {"max_step_down": "10%", "max_step_up": "10%", "reference_band": None}
#: Days in shadow.
DAYS = 8


def policy(journal: Journal, version: int, time: int, *, shadow: bool) -> None:
    strategy = [{"kind": "cost_plus", "margin": "50%"}]
    journal.policy(
        "p", time, version=version, strategy=strategy, guardrails=RAILS, cost=5, shadow=shadow
    )


def trade(journal: Journal, days: range, price: int) -> None:
    for day in days:
        for hour in (3, 9):
            journal.order(START + day * DAY + hour * HOUR, price=price, order=f"{day}.{hour}")
        journal.tick(START + (day + 1) * DAY - HOUR)


def trial(journal: Journal, *, by_policy: bool = True) -> None:
    """A shop that sells at 9.00 by itself while 10.00 is wanted, in steps of a tenth."""
    journal.product(price="8.00")
    journal.tick(START)
    policy(journal, 1, START, shadow=by_policy)
    trade(journal, range(DAYS), 900)


def live(journal: Journal) -> None:
    policy(journal, 2, START + DAYS * DAY, shadow=False)
    trade(journal, range(DAYS, DAYS + 6), 990)


def test_nothing_is_published_for_the_shop_and_its_own_prices_are_learnt(
    journal: Any, run: Any
) -> None:
    trial(journal)
    found: Run = run(journal)
    decisions = found.values("price-decisions", outcome="changed")
    assert [d["price"] for d in decisions][-1] == "10.00"
    assert {(d["shadow"], d["revision"]) for d in decisions} == {(True, 0)}
    assert found.values("price-changes") == []
    assert {o["price"] for o in found.values("demand-observations")} == {"9.00"}
    assert found.values("pricing-alerts") == []


def test_a_trial_that_ends_goes_on_from_the_shops_price(journal: Any, run: Any) -> None:
    trial(journal)
    live(journal)
    found: Run = run(journal)
    first, second = found.values("price-changes")
    assert (first["previous_price"], first["price"], first["revision"]) == ("9.00", "9.90", 1)
    assert (second["previous_price"], second["price"], second["revision"]) == ("9.90", "10.00", 2)
    assert "shadow" not in first
    assert "shadow" not in found.values("price-decisions", revision=1)[0]


def test_what_the_trial_taught_is_kept(journal: Any, new_journal: Any, run: Any) -> None:
    trial(journal)
    before = run(journal).fold.state.demand.filter.state.mean.copy()
    again = new_journal()
    trial(again)
    policy(again, 2, START + DAYS * DAY - 30 * 60_000, shadow=False)
    after = run(again).fold.state.demand.filter.state.mean
    assert before.any()
    np.testing.assert_array_equal(after, before)


def test_a_worker_in_shadow_publishes_nothing_until_it_is_told_to(journal: Any) -> None:
    trial(journal, by_policy=False)
    shadow = FoldSettings(pricing=PricingSettings(shadow=True))
    run = Run(shadow).feed(journal.batch())
    assert run.values("price-changes") == []
    assert all(d["shadow"] for d in run.values("price-decisions"))
    rest = Run(FoldSettings())
    rest.fold = Fold.restore(run.fold.snapshot(), FoldSettings())
    later = type(journal)()
    later.offsets = dict(journal.offsets)
    trade(later, range(DAYS, DAYS + 1), 900)
    first = rest.feed(later.batch()).values("price-changes")[0]
    assert (first["previous_price"], first["price"], first["revision"]) == ("9.00", "9.90", 1)


@pytest.mark.parametrize("seed", range(3))
def test_a_trial_is_the_same_however_it_is_cut(journal: Any, run: Any, seed: int) -> None:
    trial(journal)
    live(journal)
    whole = run(journal).outputs
    batch = journal.batch()
    places = np.random.default_rng(seed).integers(1, len(batch), 9)
    assert Run().feed(*cut(batch, places.tolist()), restart=True).outputs == whole
