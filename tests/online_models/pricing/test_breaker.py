"""A batch that moves too much of a category: the rest waits for a human, and one alert says why."""

from __future__ import annotations

from typing import Any

import pytest

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.pricing.explanation.narrate import words
from online_models.pricing.explanation.recompute import recompute
from tests.online_models.pricing.conftest import Shop

HOUR = 3_600_000
MATCH = {"kind": "match_competitor"}
KEEP = {"kind": "keep"}


def filled(shop: Any, offers: int, **breaker: str) -> None:
    for i in range(offers):
        shop.product(f"s{i}", cost="1.00", category="food/tea")
    shop.product("other", cost="1.00", category="toys")
    shop.policy(strategy=[MATCH, KEEP], breaker=breaker)


def outcomes(shop: Any) -> list[str]:
    """What became of each competitor's price."""
    return [d["outcome"] for d in shop.decisions if d["cause"]["topic"] == "competitor-prices"]


def test_beyond_the_share_the_rest_waits_until_the_window_ends(shop: Any) -> None:
    filled(shop, 10, largest_share="20%")
    for i in range(4):
        shop.competitor("9.00", f"s{i}")
    shop.competitor("9.00", "other")
    assert outcomes(shop) == ["changed", "changed", "proposed", "proposed", "changed"]
    (alert,) = shop.alerts("breaker_tripped")
    assert alert["severity"] == "critical"
    assert alert["message"].startswith("2 of 10 offers of food/tea on web have changed since 2023-")
    assert "by -2.00 % on average over all: what policy p wants beyond waits" in alert["message"]
    waiting = shop.decisions[-2]
    assert waiting["reason"] == "breaker"
    assert (waiting["price"], waiting["previous_price"]) == ("9.00", "10.00")
    assert recompute(waiting["explanation"], "EUR") == "9.00"
    told = words(waiting)
    assert any(
        "2 of 10 offers of the category have changed within PT1H, by -2.00 %" in t for t in told
    )
    shop.competitor("9.00", "s3")
    assert shop.decisions[-1]["reason"] == "awaiting_approval"
    shop.tick(HOUR - 1)
    assert [shop.price(f"s{i}") for i in range(4)] == ["9.00", "9.00", "none", "none"]
    shop.tick(1)
    assert [shop.price(f"s{i}") for i in range(4)] == ["9.00"] * 4
    assert len(shop.alerts("breaker_tripped")) == 1


def test_beyond_the_mean_move_the_rest_waits_whatever_the_share(shop: Any) -> None:
    filled(shop, 10, largest_mean_move="5%", window="P1D")
    for i, price in enumerate(["7.00", "8.00", "9.90", "13.00", "9.00"]):
        shop.competitor(price, f"s{i}")
    # 30 % and 20 % of 10 offers are 5 % on average; no more may fall, and once it has tripped no
    # price moves at all
    assert outcomes(shop) == ["changed", "changed", "proposed", "proposed", "proposed"]


def test_one_change_is_always_allowed_and_an_approved_one_passes(shop: Any) -> None:
    filled(shop, 2, largest_share="10%", largest_mean_move="1%")
    shop.competitor("5.00", "s0")
    shop.competitor("5.00", "s1")
    assert outcomes(shop) == ["changed", "proposed"]
    shop.control(kind="approve", decision_id=shop.decisions[-1]["decision_id"])
    assert shop.price("s1") == "5.00"


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0]])
def test_manual_prices_and_promotions_are_not_counted(shop: Any, order: list[int]) -> None:
    filled(shop, 10, largest_share="10%")
    for i in order:
        shop.control(kind="set_price", sku=f"s{i}", price="8.00")
    shop.promotion(
        select={"skus": ["s3"]},
        discount={"percent": "20%"},
        starts_at=shop.now,
        ends_at=shop.now + HOUR,
    )
    shop.competitor("9.00", "s4")
    assert outcomes(shop) == ["changed"]


def test_one_part_of_a_shop_says_which_it_is() -> None:
    fold = Fold(FoldSettings(partitions=4).of_partition(2))
    shop = Shop(fold.state.pricing.settings)
    filled(shop, 10, largest_share="10%")
    for i in range(2):
        shop.competitor("9.00", f"s{i}")
    (alert,) = shop.alerts("breaker_tripped")
    assert alert["message"].endswith("Z (partition 2)")
