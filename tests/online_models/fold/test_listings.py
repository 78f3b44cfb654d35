"""Used things on the market: what is suggested, by whom, and that it is exact."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import TypeAdapter

from online_models.pricing.explanation.narrate import sentence
from online_models.pricing.explanation.recompute import recompute
from schemas.records.second_hand.price_suggestions import PriceSuggestion
from schemas.values.instants import to_text

DAY = 86_400_000
START = 1_700_006_400_000 // DAY * DAY
SUGGESTION = TypeAdapter(PriceSuggestion)
Fold = Callable[..., Any]


def filled(journal: Any, listings: int = 60) -> Any:
    """A market: things of 10.00 or 6.00 that sell within a few days or are taken back."""
    random = Random(9)
    for number in range(listings):
        since = START + number * DAY // 4
        condition = random.choice(["good", "worn"])
        price = (10.0 if condition == "good" else 6.0) * random.uniform(0.85, 1.2)
        ends = "sold_at" if random.random() < 0.7 else "ended_at"
        journal.listing(
            since + DAY * 5,
            f"m{number}",
            condition=condition,
            asked=f"{price:.2f}",
            listed_at=since,
            **{ends: since + random.randrange(1, 5 * DAY)},
        )
        if number % 4 == 3:
            journal.tick(since + DAY * 5)
    return journal


def last(journal: Any) -> int:
    return int(journal.rows.columns["time"][-1])


def test_a_draft_is_told_what_to_ask_and_why(journal: Any, run: Fold) -> None:
    now = last(filled(journal))
    journal.policy(
        "used",
        now,
        strategy=[{"kind": "second_hand"}],
        guardrails={"minimum_price": "3", "price_endings": [".50"]},
    )
    journal.listing(now, "draft", sell_by=now + 20 * DAY)
    (found,) = run(journal).values("price-suggestions", listing_id="draft")
    SUGGESTION.validate_python(found)
    assert float(found["value"]) == pytest.approx(10.0, rel=0.1)
    assert float(found["value_lower"]) < float(found["value"]) < float(found["value_upper"])
    assert found["policy_id"] == "used"
    prices = []
    for aim in ("quick", "suggested", "patient"):
        promise = found[aim]
        assert promise["price"].endswith(".50")
        assert recompute(promise["explanation"], "USD") == promise["price"]
        assert all(sentence(step) for step in promise["explanation"])
        prices.append(float(promise["price"]))
    assert prices == sorted(prices)
    path = found["markdown"]["steps"]
    assert path[0]["valid_from"] == to_text(now)
    assert 0.5 < found["markdown"]["probability"] <= 1.0


def test_nothing_is_suggested_where_nothing_like_it_is_known(journal: Any, run: Fold) -> None:
    journal.listing(START, "first")
    (found,) = run(journal).values("price-suggestions")
    SUGGESTION.validate_python(found)
    assert (found["value"], found["suggested"]) == (None, None)
    assert "too little" in found["reason"]


def test_bounds_that_contradict_each_other_leave_no_suggestion(journal: Any, run: Fold) -> None:
    now = last(filled(journal))
    bounds = {"minimum_price": "30", "maximum_price": "20"}
    journal.policy("used", now, strategy=[{"kind": "second_hand"}], guardrails=bounds)
    journal.listing(now, "draft")
    (found,) = run(journal).values("price-suggestions", listing_id="draft")
    assert found["suggested"] is None
    assert "contradict" in found["reason"]


def test_one_partition_answers_and_all_learn(journal: Any, run: Fold) -> None:
    filled(journal)
    answers = []
    for partition in range(3):
        found = run(journal, partitions=3, partition=partition)
        answers += [value["listing_id"] for value in found.values("price-suggestions")]
        assert found.fold.state.pricing.state.second_hand.listings.value.learnt[0] > 30
    whole = [v["listing_id"] for v in run(journal).values("price-suggestions")]
    assert sorted(answers) == sorted(whole)


def test_a_listing_that_comes_twice_teaches_once(journal: Any, run: Fold) -> None:
    filled(journal)
    journal.listing(last(journal), "x", asked="9.00", sold_at=last(journal))
    journal.listing(last(journal), "x", asked="9.00", sold_at=last(journal))
    once = run(journal).fold.state.pricing.state.second_hand.listings.value
    assert once.learnt[0] == sum(once.sales.get(c, 0) for c in ("toys",))
    assert "x" in run(journal).fold.state.pricing.state.second_hand.listings.closed


def test_own_used_stock_is_priced_by_comparables_without_a_sale_of_its_own(
    journal: Any, run: Fold
) -> None:
    now = last(filled(journal))
    journal.policy("used", now, strategy=[{"kind": "second_hand"}, {"kind": "keep"}])
    journal.product("worn-1", now, price="9.00", cost="1", category="toys", condition="worn")
    journal.product("new-1", now, price="9.00", cost="1", category="toys")
    journal.tick(now + DAY)
    found = run(journal)
    (used,) = found.values("price-decisions", sku="worn-1", outcome="changed")
    assert used["explanation"][0]["rule"] == "second_hand"
    worth = float(used["explanation"][0]["detail"]["worth"]["value"])
    assert worth == pytest.approx(6.0, rel=0.1)
    assert recompute(used["explanation"], "USD") == used["price"]
    assert not found.values("price-changes", sku="new-1")


def test_own_sales_are_learnt(journal: Any, run: Fold) -> None:
    now = last(filled(journal))
    journal.product("worn-1", now, price="3.00", cost="1", category="toys", condition="worn")
    before = run(journal).fold.state.pricing.state.second_hand.listings.value.learnt[0]
    journal.order(now + 1, "worn-1", price=300)
    journal.tick(now + 2)
    after = run(journal).fold.state.pricing.state.second_hand.listings.value.learnt[0]
    assert after == before + 1


def test_any_cut_and_restart_gives_the_same_suggestions(journal: Any, in_pieces: Any) -> None:
    now = last(filled(journal, 24))
    journal.policy("used", now, strategy=[{"kind": "second_hand"}, {"kind": "keep"}])
    journal.product("worn-1", now, price="9.00", cost="1", category="toys", condition="worn")
    for k in range(4):
        journal.listing(now + k, f"open{k}", asked="8.00")
        journal.order(now + k, "worn-1", price=600)
        journal.tick(now + k * DAY + DAY)
    written = SimpleNamespace(batch=journal.batch(), ends=[])
    whole = in_pieces(written, [])
    assert in_pieces(written, range(0, len(written.batch), 3), restart=True) == whole
