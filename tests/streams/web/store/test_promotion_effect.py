"""What a promotion brought is told from the same offers' days before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
import pytest
from sqlalchemy import Engine

from schemas.examples import EXAMPLES
from schemas.values.instants import DAY, to_text
from streams.web.store.intake.record import Taken
from streams.web.store.intake.take import take
from streams.web.store.promotion_effect import PromotionEffect, promotion_effects
from tests.streams.web.conftest import START


def record(topic: str, value: Mapping[str, object]) -> Taken:
    return Taken(topic, 0, 0, b"k", msgspec.json.encode(value), START)


def shop(sku: str, before: int, promoted: int = 7) -> Iterator[Taken]:
    """So many usual days of 10 or 12 units at 3.00, then days of 40 at 2.00; each costs 1.00."""
    money = {"currency": "USD", "price": "3.00", "cost": "1.00"}
    yield record("products", {"sku": sku, "name": "a", "category": "c", **money})
    for day in range(-before, promoted):
        begin = START + day * DAY
        value = {
            "sku": sku,
            "channel": "web",
            "bucket_start": to_text(begin),
            "bucket_end": to_text(begin + DAY),
            "units": 40 if day >= 0 else 10 + day % 2 * 2,
            "views": 9,
            "price": "2.00" if day >= 0 else "3.00",
            "stocked_out": False,
            "currency": "USD",
            "promotion_id": "may" if day >= 0 else None,
        }
        yield record("demand-observations", value)


def effect(store: Engine, *records: Taken) -> PromotionEffect:
    take(store, records, {}, {})
    with store.connect() as connection:
        (found,) = promotion_effects(connection, 0)["may"]
    return found


def test_it_is_the_profit_over_that_of_as_many_usual_days(empty: Engine) -> None:
    found = effect(empty, *shop("a", 20))
    assert (found.offers, found.compared, found.currency) == (1, 1, "USD")
    assert (found.units, found.usual_units) == (280, pytest.approx(77))
    # 40 units leave 1.00 each; usual days 11 units of 2.00 on average
    assert found.brought == pytest.approx(7 * (4000 - 2200))
    assert 0 < found.upper - found.brought < 0.2 * found.brought
    assert found.brought - found.lower == pytest.approx(found.upper - found.brought)
    assert not found.judged


def test_the_results_of_its_offers_say_more_than_the_days_before(empty: Engine) -> None:
    mine = {**EXAMPLES["promotion-results"], "promotion_id": "may", "time": to_text(START)}
    del mine["together"]
    results = [record("promotion-results", {**mine, "sku": sku}) for sku in ("a", "b")]
    found = effect(empty, *shop("a", 20), *results)
    assert (found.judged, found.offers, found.currency) == (True, 2, "EUR")
    assert (found.brought, found.lower, found.upper) == (2 * 6130, 2 * 2210, 2 * 10480)
    assert found.units == 2 * mine["units"]


def test_what_its_offers_brought_together_has_a_range_of_its_own(empty: Engine) -> None:
    mine = {**EXAMPLES["promotion-results"], "promotion_id": "may", "time": to_text(START)}
    together = {"offers": 2, "profit": "122.60", "lower": "60.00", "upper": "190.00"}
    mine |= {"together": together}
    found = effect(
        empty, *(record("promotion-results", {**mine, "sku": sku}) for sku in ("a", "b"))
    )
    assert (found.brought, found.lower, found.upper) == (12260, 6000, 19000)


def test_offers_without_usual_days_are_counted_and_not_compared(empty: Engine) -> None:
    found = effect(empty, *shop("a", 20), *shop("new", 3))
    assert (found.offers, found.compared) == (2, 1)
    assert found.brought == pytest.approx(7 * (4000 - 2200))


def test_days_of_another_promotion_are_no_usual_ones(empty: Engine) -> None:
    records = list(shop("a", 20))
    value = msgspec.json.decode(records[1].value or b"")
    for number in range(1, 8):
        value = msgspec.json.decode(records[number].value or b"")
        earlier = value | {"promotion_id": "april", "units": 900}
        records[number] = record("demand-observations", earlier)
    assert effect(empty, *records).usual_units == pytest.approx(77, rel=0.02)
