"""A feed of inventions (unknown products, channels, competitors) does not fill the memory."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from online_models.journal.outputs import Output
from online_models.shop import catalogue
from online_models.shop import competitors as competitors

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY
ROOM = 5


@pytest.fixture(autouse=True)
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "MOST_STRAYS", ROOM)
    monkeypatch.setattr(catalogue, "MOST_CHANNELS", ROOM)
    monkeypatch.setattr(competitors, "SPARE_NAMES", ROOM)
    monkeypatch.setattr(competitors, "MOST_COMPETITORS", 4)


def test_unknown_products_are_remembered_up_to_a_bound_and_told_of(
    journal: Any, run: Callable[..., Any]
) -> None:
    for i in range(30):
        journal.order(START + i, f"x{i}", 1, 900)
        journal.click(START + i, f"y{i}")
        journal.competitor(START + i, f"z{i}")
        journal.stock(START + i, f"s{i}")
    journal.tick(START + HOUR)
    result = run(journal)
    names = result.fold.state.catalogue.sku_names
    assert len(names) == ROOM
    (alert,) = result.values("pricing-alerts", kind="unknown_name")
    assert alert["details"] == {"count": 120 - ROOM}


def test_what_was_remembered_counts_once_the_record_comes_and_makes_room(
    journal: Any, run: Callable[..., Any]
) -> None:
    journal.tick(START)
    for i in range(ROOM + 2):
        journal.order(START + HOUR, f"x{i}", 3, 1000)
    journal.product("x0")
    journal.product("x6")
    journal.order(START + 2 * HOUR, "x6", 4, 1000)
    journal.order(START + 2 * HOUR, "new", 1, 1000)
    journal.tick(START + 3 * DAY)
    result = run(journal)
    seen = result.values("demand-observations")
    assert {o["sku"]: o["units"] for o in seen if o["units"]} == {"x0": 3, "x6": 4}
    assert "new" in result.fold.state.catalogue.sku_names.index


def test_channels_that_events_invent_are_not_remembered_and_declared_ones_are(
    journal: Any, run: Callable[..., Any]
) -> None:
    journal.product("a")
    for i in range(30):
        journal.order(START + i, "a", 1, 900, channel=f"c{i}")
    journal.product("b", channels={f"shop{i}": {} for i in range(20)})
    journal.order(START + 1, "b", 1, 900, channel="shop19")
    journal.tick(START + HOUR)
    state = run(journal).fold.state
    assert len(state.catalogue.channel_names) == 1 + 20
    assert len(state.catalogue.sku_offers[0]) == 1


def test_ever_new_competitors_take_the_places_of_the_stalest(
    journal: Any, run: Callable[..., Any]
) -> None:
    journal.product("a")
    journal.tick(START)
    for i in range(300):
        journal.competitor(START + i, "a", competitor=f"shop {i}", price=900 + i)
    journal.tick(START + HOUR)
    result = run(journal)
    book = result.fold.state.competitors
    assert book.entries.size == 4
    assert len(book.names) <= 2 * 4 + ROOM + 1
    assert {book.names[i] for i in book.entries.competitor} == {
        f"shop {i}" for i in range(296, 300)
    }
    # and each is still found under its name
    assert book.entry(0, "shop 299", -1) in range(4)
    assert book.entries.size == 4


def test_what_is_ignored_does_not_depend_on_how_the_journal_is_cut(
    journal: Any, in_pieces: Callable[..., list[Output]]
) -> None:
    journal.tick(START)
    for i in range(40):
        sku = f"x{i % 9}"
        journal.order(START + i, sku, 1, 900, channel=f"c{i % 7}")
        journal.competitor(START + i, sku, competitor=f"r{i}", price=800 + i)
        journal.click(START + i, sku)
        journal.stock(START + i, sku)
        if i % 4 == 3:
            journal.product(f"x{(i * 5) % 9}")
        if i % 10 == 9:
            journal.tick(START + i)
    journal.tick(START + 3 * DAY)
    written = SimpleNamespace(batch=journal.batch(), ends=[])
    whole = in_pieces(written, [])
    assert any(b"unknown_name" in (output.value or b"") for output in whole)
    assert in_pieces(written, range(len(written.batch))) == whole
    assert in_pieces(written, range(0, len(written.batch), 7), restart=True) == whole
