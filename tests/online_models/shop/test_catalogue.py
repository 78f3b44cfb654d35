from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from online_models.persistence.saved import restore, save
from online_models.shop.catalogue import Catalogue, Interner


@given(st.lists(st.text(max_size=3)))
def test_names_are_numbered_in_order_of_first_appearance(names: list[str]) -> None:
    known = Interner()
    assert [known[i] for i in known.ids(names).tolist()] == names
    assert known.names == list(dict.fromkeys(names))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=12))
def test_a_restored_catalogue_goes_on_as_the_saved_one(pairs: list[tuple[str, str]]) -> None:
    saved = Catalogue()
    for sku, channel in pairs:
        saved.add_offer(saved.sku(sku), saved.channel_names.id(channel))
    restored = restore(Catalogue(), save(saved))
    for catalogue in (saved, restored):
        rows = [
            catalogue.add_offer(catalogue.sku(sku), catalogue.channel_names.id(channel))
            for sku in "cadb"
            for channel in "zyxw"
        ]
        catalogue.titles[0] = "renamed"
        assert [catalogue.offer_name(row) for row in rows[:2]] == [("c", "z"), ("c", "y")]
    assert restored.sku_offers == saved.sku_offers
    assert restored.offers.channel.tolist() == saved.offers.channel.tolist()
    assert restored.sku_names.names == saved.sku_names.names


def test_an_offer_starts_on_its_products_terms() -> None:
    catalogue = Catalogue()
    sku = catalogue.sku("a")
    catalogue.skus.price[sku], catalogue.skus.cost[sku] = 1000, 400
    catalogue.fees[sku] = {"shop": (20_000, 30)}
    web = catalogue.add_offer(sku, catalogue.channel_names.id("web"))
    shop = catalogue.add_offer(sku, catalogue.channel_names.id("shop"))
    offers = catalogue.offers
    assert offers.catalogue_price[[web, shop]].tolist() == [1000, 1000]
    assert offers.cost[[web, shop]].tolist() == [400, 400]
    assert offers.fee_ppm[[web, shop]].tolist() == [0, 20_000]
    assert offers.fee_fixed[[web, shop]].tolist() == [0, 30]


def test_a_snapshot_does_not_change_with_the_catalogue() -> None:
    catalogue = Catalogue()
    catalogue.add_offer(catalogue.sku("a"), catalogue.channel_names.id("web"))
    snapshot = save(catalogue)
    catalogue.add_offer(catalogue.sku("b"), catalogue.channel_names.id("shop"))
    restored = restore(Catalogue(), snapshot)
    assert (restored.sku_names.names, restored.channel_names.names) == (["a"], ["web"])
