"""What an experiment brings is shown once it may be, with a range that holds at every look."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from schemas.values.instants import DAY, to_text
from streams.web.store.experiment_effect import effect
from streams.web.store.experiment_reading import experiments
from streams.web.store.intake.record import Taken
from streams.web.store.intake.take import take
from tests.streams.web.conftest import START
from tests.streams.web.store.test_intake import decided

PRODUCTS, HELD = 24, 8


def record(topic: str, value: dict[str, object], offset: int = 0) -> Taken:
    return Taken(topic, 0, offset, b"k", json.dumps(value).encode(), START)


def shop(days: int, units: int) -> Iterator[Taken]:
    """Products sell alike before the experiment; then those that are priced sell `units` more."""
    policy = {
        "policy_id": "p",
        "version": 1,
        "strategy": [{"kind": "keep"}],
        "experiment": {"name": "autumn", "holdout": 0.3},
    }
    yield record("pricing-policies", policy)
    for n in range(PRODUCTS):
        money = {"currency": "USD", "price": "3.00", "cost": "1.00"}
        yield record("products", {"sku": f"s{n}", "name": "a", "category": "c", **money})
        reason = "holdout" if n < HELD else "no_change"
        yield decided(n, sku=f"s{n}", reason=reason, price="3.00", previous_price="3.00")
        for day in range(-20, days):
            begin = START + day * DAY
            value = {
                "sku": f"s{n}",
                "channel": "web",
                "bucket_start": to_text(begin),
                "bucket_end": to_text(begin + DAY),
                "units": 50 + n + (n + day) % 3 + (units if day >= 0 and n >= HELD else 0),
                "views": 9,
                "price": "3.00",
                "stocked_out": False,
                "currency": "USD",
            }
            yield record("demand-observations", value)


@pytest.mark.parametrize(("units", "decided"), [(0, False), (30, True)])
def test_the_range_tells_an_effect_from_none(empty: Engine, units: int, decided: bool) -> None:
    take(empty, list(shop(30, units)), {}, {})
    with empty.connect() as connection:
        (found,) = experiments(connection)
        seen = effect(connection, "p", "sku", found["since"])
    assert found["since"] == START
    assert (seen.days, seen.currency, seen.held, seen.priced) == (30, "USD", 8, 16)
    assert seen.lift is not None
    assert seen.decided is decided
    # 2.00 is left of each unit
    assert seen.lift.sequence.mean == pytest.approx(200 * units, abs=200)
    assert not seen.lift.sequence.excludes(200.0 * units)


def test_nothing_is_said_before_the_first_look(empty: Engine) -> None:
    take(empty, list(shop(13, 30)), {}, {})
    with empty.connect() as connection:
        seen = effect(connection, "p", "sku", START)
    assert (seen.days, seen.lift, seen.decided) == (13, None, False)
