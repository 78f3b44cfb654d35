"""Whatever changes while a shop is priced is declared: saved, made again, or of no matter.

Nobody lists the classes: the object graph of a busy shop is walked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from online_models.fold.clock import Clock
from online_models.fold.fold import Fold
from online_models.pricing.state.identities import Identities
from online_models.shop.cleaning.log_scale import LogScale
from online_models.shop.stock import Stock
from tests.online_models.persistence.object_graph import Comparison, Difference
from tests.recordings.busy_shop import SETTINGS, busy_shop, restarted


def differences(one: Fold, other: Fold) -> list[Difference]:
    return list(Comparison().objects(one, other, "fold"))


@pytest.fixture(scope="module")
def busy() -> Fold:
    fold = busy_shop()
    fold.snapshot()  # adds up what waits
    return fold


def undeclared(fold: Fold) -> set[str]:
    """Attributes that the busy shop changed, and that no class says anything of."""
    return {
        f"{found.owner.__name__}.{found.attribute}"
        for found in differences(fold, Fold(SETTINGS))
        if not (found.saved or found.declared("DERIVED") or found.declared("TRANSIENT"))
    }


def lost(fold: Fold) -> list[str]:
    """What a restart does not bring back, apart from what is declared to be of no matter."""
    found = differences(fold, restarted(fold))
    return [str(each) for each in found if not each.declared("TRANSIENT")]


def test_all_that_changes_is_declared(busy: Fold) -> None:
    assert undeclared(busy) == set()


def test_a_restart_brings_back_all_that_is_declared(busy: Fold) -> None:
    assert lost(busy) == []


@pytest.mark.parametrize(
    ("owner", "method"), [(Clock, "tick"), (LogScale, "merge"), (Identities, "words")]
)
def test_an_attribute_that_nobody_declared_is_found(
    owner: type[Any], method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    original: Callable[..., Any] = getattr(owner, method)

    def counting(self: Any, *arguments: Any) -> Any:
        self.calls = getattr(self, "calls", 0) + 1
        return original(self, *arguments)

    monkeypatch.setattr(owner, method, counting)
    fold = busy_shop()
    assert undeclared(fold) == {f"{owner.__name__}.calls"}
    assert any(f"{owner.__name__}.calls" in place for place in lost(fold))


def test_what_is_derived_and_not_made_again_is_found(
    busy: Fold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Stock, "restored")
    assert {place.split(" ")[0] for place in lost(busy)} == {"Stock._siblings"}


def test_the_shop_is_busy_enough(busy: Fold) -> None:
    """Nearly every attribute that is declared has changed: an unchanged one would not be missed."""
    changed = {(found.owner, found.attribute) for found in differences(busy, Fold(SETTINGS))}
    assert len(changed) > 300
