from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from online_models.persistence.saved import restore, save
from online_models.shop.competitors import (
    MOST_COMPETITORS,
    MOST_ENTRIES,
    PROVEN_MS,
    CompetitorPrices,
)


def listed(competitors: CompetitorPrices, sku: int) -> list[tuple[str, int]]:
    rows = competitors.rows_of(sku)
    entries = competitors.entries
    return [
        (competitors.names[entries.competitor[row]], int(entries.channel[row]))
        for row in rows.tolist()
    ]


KEYS = st.tuples(st.integers(0, 150), st.sampled_from("abcdefgh"), st.integers(-1, 1))


@given(st.lists(KEYS, max_size=40))
def test_each_competitor_and_channel_of_a_sku_has_one_entry(
    keys: list[tuple[int, str, int]],
) -> None:
    competitors = CompetitorPrices()
    for i, key in enumerate(keys):
        competitors.entry(*key)
        if i == len(keys) // 2:
            competitors = restore(CompetitorPrices(), save(competitors))
    for sku in {key[0] for key in keys}:
        expected = list(dict.fromkeys((name, channel) for s, name, channel in keys if s == sku))
        assert listed(competitors, sku) == expected
    assert listed(competitors, 10_000) == []


def test_own_names_are_told_whatever_their_case_and_space() -> None:
    competitors = CompetitorPrices(frozenset({"Straße Shop"}))
    own = [competitors.entry(0, name, -1) for name in (" STRASSE SHOP", "straße shop ")]
    other = competitors.entry(0, "straße", -1)
    assert competitors.entries.own[[*own, other]].tolist() == [True, True, False]


def test_own_names_that_are_set_later_hold_for_competitors_that_are_known() -> None:
    rivals = CompetitorPrices(frozenset({"us"}))
    rows = [rivals.entry(sku, name, -1) for sku in (0, 1) for name in ("us", "Acme ", "them")]
    restored = restore(CompetitorPrices(frozenset({"acme"})), save(rivals))
    assert restored.entries.own[rows].tolist() == [False, True, False] * 2


def test_a_flood_of_invented_competitors_replaces_no_proven_one() -> None:
    competitors = CompetitorPrices()
    entries = competitors.entries
    honest = competitors.entry(0, "honest", -1)
    entries.since[honest], entries.time[honest] = 0, PROVEN_MS
    for i in range(3 * MOST_COMPETITORS):
        row = competitors.entry(0, f"c{i}", -1)
        entries.since[row] = entries.time[row] = PROVEN_MS + 1000 + i
    names = [name for name, _ in listed(competitors, 0)]
    assert len(names) == MOST_COMPETITORS
    assert "honest" in names


def test_a_flood_of_competitors_of_one_product_replaces_the_stalest() -> None:
    competitors = CompetitorPrices()
    for i in range(MOST_COMPETITORS):
        row = competitors.entry(0, f"c{i}", -1)
        competitors.entries.time[row] = 1000 + i
    competitors.entries.time[competitors.entry(0, "c5", -1)] = 9999  # no longer the stalest
    row = competitors.entry(0, "new", -1)
    competitors.entries.time[row] = 5000
    names = [name for name, _ in listed(competitors, 0)]
    assert len(names) == competitors.filled[0] == MOST_COMPETITORS
    assert "c0" not in names
    assert {"c1", "c5", "new"} <= set(names)
    restored = restore(CompetitorPrices(), save(competitors))
    for book in (competitors, restored):
        book.entry(0, "next", -1)
    assert listed(restored, 0) == listed(competitors, 0)
    assert "c1" not in [name for name, _ in listed(competitors, 0)]


def test_competitors_on_many_channels_do_not_displace_each_other() -> None:
    competitors = CompetitorPrices()
    for channel in range(20):
        for i in range(MOST_COMPETITORS // 8):
            competitors.entry(0, f"c{i}", channel)
    assert competitors.filled[0] == 20 * (MOST_COMPETITORS // 8)
    restored = restore(CompetitorPrices(), save(competitors))
    assert listed(restored, 0) == listed(competitors, 0)


def test_a_flood_of_channels_of_one_product_is_bounded() -> None:
    competitors = CompetitorPrices()
    for channel in range(2 * MOST_ENTRIES // MOST_COMPETITORS):
        for i in range(MOST_COMPETITORS):
            row = competitors.entry(0, f"c{i}", channel)
            competitors.entries.time[row] = channel
    assert competitors.filled[0] == len(competitors.entries) == MOST_ENTRIES
    assert len(listed(competitors, 0)) == MOST_ENTRIES
    restored = restore(CompetitorPrices(), save(competitors))
    for book in (competitors, restored):
        book.entry(0, "next", 0)
    assert listed(restored, 0) == listed(competitors, 0)
