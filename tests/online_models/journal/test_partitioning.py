"""A SKU's partition follows from the SKU alone, and a decision's from its id."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2

from online_models.journal.partitioning import address
from online_models.pricing.state.identities import Identities, decision_address
from online_models.shop.catalogue import Catalogue


@given(st.text())
def test_keys_are_put_where_kafkas_own_producers_put_them(key: str) -> None:
    assert address(key) == murmur2(key.encode()) & 0x7FFFFFFF


@given(st.text(min_size=1), st.text(min_size=1), st.integers(0, 1 << 40))
def test_a_decisions_id_tells_where_its_sku_is(sku: str, channel: str, sequence: int) -> None:
    catalogue = Catalogue()
    row = catalogue.add_offer(catalogue.sku(sku), catalogue.channel_names.id(channel))
    identities = Identities(catalogue)
    identities.grow()
    decision = identities.decision(row, sequence)
    assert identities.parse(decision) == (row, sequence)
    assert decision_address(decision) == address(sku)


@given(st.text())
def test_any_text_has_one_place_where_it_is_asked_for(text: str) -> None:
    assert 0 <= decision_address(text) < 1 << 31
