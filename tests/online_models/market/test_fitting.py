from __future__ import annotations

import numpy as np
import pytest

from online_models.demand.inputs.observations import DAY, Observations
from online_models.market import compose
from online_models.market.fitting import HIGHEST_ELASTICITY, UnlikeError, fit
from online_models.shop.catalogue import Catalogue

MONDAY = 4 * DAY
DAYS = 28


def shop(currencies: list[str], costs: list[int], digits: int = 2) -> Catalogue:
    """Offers at 10.00 of one category, on the web."""
    catalogue = Catalogue()
    channel = catalogue.channel_names.id("web")
    for place, (currency, cost) in enumerate(zip(currencies, costs, strict=True)):
        sku = catalogue.sku(f"p{place}")
        catalogue.skus.known[sku] = True
        catalogue.skus.digits[sku] = digits
        catalogue.skus.category[sku] = catalogue.category_names.id("food")
        catalogue.skus.currency[sku] = catalogue.currency_names.id(currency)
        catalogue.skus.price[sku], catalogue.skus.cost[sku] = 1000, cost
        catalogue.add_offer(sku, channel)
    return catalogue


def sales(units: list[int], competitor: float = np.nan) -> Observations:
    """Each offer sells its units every day at 10.00, twice that on Sundays."""
    offer = np.tile(np.arange(len(units)), DAYS)
    day = np.repeat(np.arange(DAYS), len(units))
    sold = np.array(units)[offer] * np.where(day % 7 == 6, 2, 1)
    return Observations.of(
        offer, MONDAY + day * DAY, sold, views=3 * sold, price=1000.0, competitor_price=competitor
    )


def test_best_sellers_come_first_and_weekdays_are_separated_from_levels() -> None:
    like = fit([sales([2, 40, 7], competitor=900.0)], shop(["EUR"] * 3, [600] * 3), "shop", most=2)
    assert like.skus == ("p1", "p2")
    assert like.sold == 3
    assert like.covered == pytest.approx(47 / 49)
    assert like.days == DAYS
    assert like.weekdays == pytest.approx([7 / 8] * 6 + [14 / 8], abs=0.07)
    assert like.base == pytest.approx([40 * 8 / 7, 8.0], rel=0.03)
    assert like.views == pytest.approx(3.0)
    assert like.competitor == pytest.approx([np.log(0.9)] * 2)
    assert like.size is None


def test_a_margin_stands_for_the_elasticity_that_nothing_else_tells() -> None:
    like = fit([sales([9, 9])], shop(["EUR"] * 2, [600] * 2), "shop", most=9)
    assert like.elasticity == pytest.approx([2.5] * 2, rel=0.15)
    assert max(like.trust) < 0.15
    thin = fit([sales([9, 9])], shop(["EUR"] * 2, [990] * 2), "shop", most=9)
    assert max(thin.elasticity) <= HIGHEST_ELASTICITY


def test_what_cannot_be_part_of_the_market_is_counted() -> None:
    catalogue = shop(["EUR", "USD", "EUR", "EUR"], [600, 600, 1000, 600])
    catalogue.skus.retired[3] = True
    like = fit([sales([5, 4, 3, 2])], catalogue, "shop", most=9)
    assert like.skus == ("p0",)
    assert like.currency == "EUR"
    assert dict(like.left_out) == {
        "in another currency": 1,
        "retired": 1,
        "usually sold at a loss": 1,
    }


def test_money_without_cents_is_given_in_hundredths() -> None:
    like = fit([sales([5])], shop(["JPY"], [600], digits=0), "shop", most=9)
    assert (like.currency, like.first_price, like.cost) == ("JPY", (100_000,), (60_000,))
    assert compose("plain", 1, like=like).products()[0]["price"] == "1000.00"


@pytest.mark.parametrize(
    ("parts", "costs", "message"),
    [
        ([], [600], "no known product"),
        ([sales([5]).take(np.arange(5))], [600], "spans 5 days"),
        ([sales([0])], [600], "none sold"),
        ([sales([5])], [1200], "1 usually sold at a loss"),
    ],
)
def test_a_recording_that_says_too_little_is_refused(
    parts: list[Observations], costs: list[int], message: str
) -> None:
    with pytest.raises(UnlikeError, match=message):
        fit(parts, shop(["EUR"], costs), "shop", most=9)


@pytest.mark.parametrize("name", ["nested", "mixed", "wild", "fresh", "choke+undercut"])
def test_every_kind_of_market_can_be_made_like_a_shop(name: str) -> None:
    shop_like = fit([sales([2, 40, 7], 900.0)], shop(["EUR"] * 3, [600] * 3), "shop", most=9)
    market = compose(name, seed=1, like=shop_like)
    first = market.assortment.first_price
    for _ in range(3):
        market.day(first)
    best = market.clairvoyant().prices
    assert market.expected_profit(best) > 0.0


def test_three_weeks_of_prices_that_moved_count_as_far_as_their_error_is_small() -> None:
    rng = np.random.default_rng(5)
    number, days, truth = 40, 21, 4.0
    offer, day = np.tile(np.arange(number), days), np.repeat(np.arange(days), number)
    price = np.rint(1000.0 * np.exp(0.08 * rng.standard_normal(len(offer))))
    units = rng.poisson(20.0 * (price / 1000.0) ** -truth)
    seen = Observations.of(offer, MONDAY + day * DAY, units, price=price)
    like = fit([seen], shop(["EUR"] * number, [500] * number), "shop", most=number)
    assert min(like.trust) > 0.4
    # margins speak for 2, and the recording outweighs them
    assert np.mean(like.elasticity) == pytest.approx(truth, abs=0.6)
