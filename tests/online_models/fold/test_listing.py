"""What is an offer, and when it is on sale."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from online_models.fold.lookup import MOST_STRAY_CHANNELS

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY
Fold = Callable[..., Any]
COST_PLUS = {
    "version": 1,
    "select": {},
    "strategy": [{"kind": "cost_plus", "margin": "50%"}],
    "guardrails": {},
}


def prices(result: Any) -> dict[str, str]:
    """The price in force by channel."""
    catalogue, ledger = result.fold.state.catalogue, result.fold.state.pricing.ledger
    return {
        catalogue.offer_name(row)[1]: str(ledger.price[row])
        for row in range(catalogue.offers.size)
        if catalogue.offers.listed[row]
    }


def test_a_product_without_channels_is_sold_on_the_web(journal: Any, run: Fold) -> None:
    journal.product()
    journal.tick(START)
    assert prices(run(journal)) == {"web": "1000"}


def test_declared_channels_have_their_own_prices_and_may_be_barred(journal: Any, run: Fold) -> None:
    channels = {"web": {}, "shop": {"price": "11.00"}, "store": {"listed": False}}
    journal.product(channels=channels)
    journal.policy("p", START, version=1, strategy=[{"kind": "keep"}])
    journal.click(START, channel="store")
    assert prices(run(journal)) == {"web": "1000", "shop": "1100"}


@pytest.mark.parametrize("product_first", [True, False])
def test_a_channel_that_an_order_shows_is_sold_on_the_products_terms(
    journal: Any, run: Fold, product_first: bool
) -> None:
    journal.tick(START)
    journal.policy("p", START, **COST_PLUS)
    if not product_first:
        journal.order(START, channel="store:112")
    journal.product(cost="4.00", fees={"store:112": {"rate": "10%", "fixed": "1.00"}})
    if product_first:
        journal.order(START, channel="store:112")
    journal.tick(START + 1)
    result = run(journal)
    assert result.values("price-decisions", channel="store:112")
    # net share 90 %, so (4 + 1) / (0.9 − 0.5) = 12.50; the web pays no fees
    assert prices(result) == {"store:112": "1250", "web": "800"}


def test_an_unknown_product_is_neither_priced_nor_observed(journal: Any, run: Fold) -> None:
    journal.order(START)
    journal.tick(START + 5 * DAY)
    assert run(journal).outputs == []


def test_a_retired_product_gets_no_decision_until_it_returns(journal: Any, run: Fold) -> None:
    journal.product()
    journal.tick(START)
    journal.retire()
    journal.competitor(START + 1)
    journal.policy("p", START, **COST_PLUS)
    journal.tick(START + 2 * DAY)
    result = run(journal)
    assert len(result.values("price-decisions")) == 1
    journal.product(cost="8.00")
    result = run(journal)
    last = result.values("price-decisions")[-1]
    assert (last["price"], last["revision"]) == ("16.00", 1)


def test_a_product_record_that_drops_a_channel_takes_it_off_sale(journal: Any, run: Fold) -> None:
    journal.product(channels={"web": {}, "shop": {}})
    journal.tick(START)
    journal.product(channels={"web": {}})
    assert prices(run(journal)) == {"web": "1000"}


def test_a_product_cannot_change_its_currency(journal: Any, run: Fold) -> None:
    journal.product()
    journal.tick(START)
    journal.product(currency="JPY", price=1500, cost=700)
    journal.tick(START + 1)
    result = run(journal)
    assert prices(result) == {"web": "1000"}
    (alert,) = result.values("pricing-alerts", kind="currency_changed")
    assert alert["details"] == {"count": 1}


def test_money_in_another_currency_than_the_products_counts_from_its_record_on(
    journal: Any, run: Fold
) -> None:
    journal.tick(START)
    journal.order(START, currency="EUR", quantity=1)
    journal.product()
    journal.order(START, currency="EUR", quantity=10)
    journal.order(START, currency="USD", quantity=100)
    journal.competitor(START, currency="EUR")
    journal.tick(START + 3 * DAY)
    result = run(journal)
    assert result.values("demand-observations")[0]["units"] == 101
    (alert,) = result.values("pricing-alerts", kind="currency_mismatch")
    assert alert["details"] == {"count": 2}
    assert result.values("demand-observations")[0]["competitor_price"] is None


def test_every_first_price_has_revision_zero_and_each_change_one_more(
    journal: Any, run: Fold
) -> None:
    journal.product()
    journal.tick(START)
    for i, price in enumerate(["9.00", "8.00", "9.50"]):
        journal.control(START + i, kind="set_price", sku="a", price=price, force=True)
    result = run(journal)
    assert result.values("price-decisions")[0]["revision"] == 0
    assert [c["revision"] for c in result.values("price-changes")] == [1, 2, 3]


@pytest.mark.parametrize("event", ["click", "order"])
def test_no_event_invents_an_offer_of_a_known_product(journal: Any, run: Fold, event: str) -> None:
    journal.product()
    journal.tick(START)
    for number in range(20):
        getattr(journal, event)(START + number, channel=f"invented-{number}")
    journal.tick(START + 1000)
    result = run(journal)
    assert prices(result) == {"web": "1000"}
    assert result.fold.state.catalogue.offers.size == 1
    assert len(result.fold.state.catalogue.channel_names) == 1
    (alert,) = result.values("pricing-alerts", kind="unknown_offer")
    assert alert["details"] == {"count": 20}


def test_a_policy_that_names_a_channel_opens_it_from_then_on(journal: Any, run: Fold) -> None:
    journal.product()
    journal.tick(START)
    journal.click(START + 1, channel="market")
    journal.policy("p", START + 2, version=1, select={"channels": ["market"]})
    journal.click(START + 3, channel="market")
    journal.click(START + 4, channel="elsewhere")
    journal.tick(START + 5)
    assert prices(run(journal)) == {"web": "1000", "market": "1000"}


def test_an_offer_that_was_seen_before_its_product_is_sold_where_the_record_says_so(
    journal: Any, run: Fold
) -> None:
    journal.tick(START)
    for channel in ("web", "market", "invented"):
        journal.order(START + 1, channel=channel)
    journal.product(channels={"market": {}})
    journal.tick(START + 2)
    assert prices(run(journal)) == {"market": "1000"}


def test_how_many_channels_are_remembered_of_an_unknown_product_is_bounded(
    journal: Any, run: Fold
) -> None:
    for number in range(2 * MOST_STRAY_CHANNELS):
        journal.click(START, channel=f"invented-{number}")
    journal.tick(START + 1)
    assert run(journal).fold.state.catalogue.offers.size == MOST_STRAY_CHANNELS


def test_a_record_in_another_currency_opens_nothing_however_the_journal_is_cut(
    journal: Any, in_pieces: Callable[..., list[Any]]
) -> None:
    journal.product()
    journal.tick(START)
    journal.product(currency="EUR", fees={"market": {"rate": "10%", "fixed": "1.00"}})
    journal.click(START + 1, channel="market")
    journal.order(START + 1, channel="market")
    journal.tick(START + 2)
    written = SimpleNamespace(batch=journal.batch(), ends=[])
    whole = in_pieces(written, [])
    assert in_pieces(written, range(6)) == whole
    (alert,) = (json.loads(o.value) for o in whole if o.key == b"unknown_offer")
    assert alert["details"] == {"count": 2}
