"""The merchant's own entry in a competitor feed is never a competitor."""

from __future__ import annotations

from typing import Any

import pytest

POLICY = {"policy_id": "p", "strategy": [{"kind": "match_competitor"}, {"kind": "keep"}]}


@pytest.mark.parametrize("name", ["acme", "ACME", "  Acme ", "Straße"])
def test_own_names_compare_without_case_and_surrounding_space(new_shop: Any, name: str) -> None:
    shop = new_shop(POLICY, own_names=frozenset({"Acme ", "STRASSE"}))
    shop.product()
    shop.competitor("9.00", name)
    assert shop.changes == []
    shop.competitor("9.50", "acme ltd")
    assert shop.prices() == ["9.50"]
    shop.competitor("5.00", name)
    assert shop.prices() == ["9.50"]


def test_own_names_come_from_the_environment(
    new_shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRICETIDE_OWN_NAMES", '["acme"]')
    shop = new_shop(POLICY)
    shop.product()
    shop.competitor("9.00", "Acme")
    assert shop.changes == []


def test_naming_oneself_as_the_competitor_to_match_changes_nothing(new_shop: Any) -> None:
    match = {"kind": "match_competitor", "competitors": ["acme"], "offset": "-0.01"}
    policy = POLICY | {"strategy": [match, {"kind": "keep"}]}
    shop = new_shop(policy, own_names=frozenset({"acme"}))
    shop.product()
    for _ in range(20):
        shop.competitor(shop.last["price"], "acme")
    assert shop.changes == []
