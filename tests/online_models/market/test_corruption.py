from __future__ import annotations

import numpy as np

from online_models.market import compose
from online_models.market.events import NOTHING


def test_corruption_changes_the_record_but_not_what_was_sold() -> None:
    clean, dirty = compose("plain+sleep", seed=1), compose("dirty", seed=1)
    prices = clean.assortment.first_price
    for _ in range(20):
        assert np.array_equal(clean.units(prices), dirty.units(prices))
        assert clean.expected_profit(prices) == dirty.expected_profit(prices)
        clean.day(prices)
        dirty.day(prices)


def test_late_events_arrive_once_on_the_day_that_is_theirs() -> None:
    clean, late = compose("plain", seed=1), compose("plain+late_events", seed=1)
    prices = clean.assortment.first_price
    sent = [clean.day(prices).orders.event for _ in range(40)]
    streams = [late.day(prices).orders for _ in range(40)]
    received = np.concatenate([orders.event for orders in streams])
    assert len(received) == len(np.unique(received))
    assert set(received) <= set(np.concatenate(sent))
    assert set(np.concatenate(sent[:30])) <= set(received)
    assert any((o.arrival - o.time > 0).any() for o in streams)


def test_a_repeated_order_repeats_all_its_lines() -> None:
    market = compose("plain+duplicates", seed=1)
    orders = market.day(market.assortment.first_price).orders
    events, counts = np.unique(orders.event, return_counts=True)
    assert counts.max() == 2
    twice = np.isin(orders.event, events[counts == 2])
    for order in np.unique(orders.order[twice]):
        assert twice[orders.order == order].all()


def test_a_broken_order_is_broken_as_a_whole() -> None:
    market = compose("plain+missing_fields", seed=1, sales=20.0)
    orders = market.day(market.assortment.first_price).orders
    assert (orders.missing != NOTHING).any()
    for order in np.unique(orders.order[orders.missing != NOTHING]):
        assert len(np.unique(orders.missing[orders.order == order])) == 1


def test_mixed_up_units_are_a_hundred_times_off() -> None:
    clean, mixed = compose("plain+sleep", seed=1), compose("plain+sleep+unit_mixups", seed=1)
    prices = clean.assortment.first_price
    ratios = [mixed.day(prices).quotes.price / clean.day(prices).quotes.price for _ in range(30)]
    ratio = np.concatenate(ratios)
    wrong = ratio[ratio != 1.0]
    assert 0 < len(wrong) < 0.01 * len(ratio)
    assert ((wrong == 100.0) | ((wrong > 0.005) & (wrong <= 0.01))).all()


def test_bulk_orders_and_bots_stand_out() -> None:
    market = compose("plain+bulk_orders+bot_clicks", seed=1)
    days = [market.day(market.assortment.first_price) for _ in range(60)]
    assert max(day.orders.quantity.max() for day in days) >= 200
    assert max(day.clicks.count.max() for day in days) >= 1000
