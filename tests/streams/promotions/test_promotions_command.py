"""`pricetide promotions`, judged by the truth of a market whose shoppers stock up."""

from __future__ import annotations

import copy
import gzip
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from online_models.market import Market, compose
from online_models.market.calendar import DAY_MS, day_start
from online_models.market.records import Record, opening, records
from schemas.instants import to_ms
from schemas.topics import decode
from streams.cli import main
from tests.streams.simulate.recorded import write

OFFERS, SALES, DAYS = 40, 8.0, 170
#: A shop that asks more than is best has something to gain by promotions.
DEAR = 1.15


class Shop(NamedTuple):
    folder: Path
    market: Market
    prices: np.ndarray[Any, np.dtype[np.int64]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Half a year of a merchant who promotes now this offer, now that."""
    folder = tmp_path_factory.mktemp("promotions") / "recording"
    market = compose("log_linear+pantry", 7, OFFERS, SALES)
    goods = market.assortment
    regular = np.rint(goods.first_price * DEAR).astype(np.int64)
    told = [
        Record(r.topic, r.key, {**r.value, "price": f"{price / 100:.2f}"}, r.timestamp)
        for r, price in zip(opening(goods), regular.tolist(), strict=True)
    ]
    rng = np.random.default_rng(7)
    until, prices = np.zeros(OFFERS, np.int64), regular.copy()
    for day in range(DAYS):
        prices[until == day] = regular[until == day]
        if day >= 21 and day % 7 == 0 and day < DAYS - 28:
            for offer in np.flatnonzero((until + 21 <= day) & (rng.random(OFFERS) < 0.2)).tolist():
                percent = int(rng.choice([10, 15, 20, 25, 30]))
                until[offer] = day + 7
                prices[offer] = round(regular[offer] * (100 - percent) / 100)
                value = {
                    "promotion_id": f"{day}-{offer}",
                    "select": {"skus": [goods.skus[offer]]},
                    "starts_at": day_start(day),
                    "ends_at": day_start(day + 7),
                    "discount": {"percent": f"{percent}%"},
                }
                told.append(Record("promotions", value["promotion_id"], value, day_start(day)))
        told += records(goods, market.rivals.names, market.day(prices))
    write(folder, told)
    return Shop(folder, market, regular)


def planned(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str], budget: str, **policy: Any
) -> list[dict[str, Any]]:
    document = {"policy_id": "p", "promotions": {"budget": budget}, **policy}
    (tmp_path / "policies.json").write_text(json.dumps(document))
    given = [str(shop.folder), "--policies", str(tmp_path / "policies.json")]
    assert main(["promotions", *given, "--json", "--out", str(tmp_path / "plans")]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["plans"]
    return found


def minor(text: str) -> int:
    return round(float(text) * 100)


def gained(shop: Shop, plan: dict[str, Any]) -> float:
    """What a plan adds to the market's expected profit, the two months after it included."""
    offer = shop.market.assortment.skus.index(plan["sku"])
    totals = []
    for promoted in (False, True):
        market, total = copy.deepcopy(shop.market), 0.0
        for _ in range(90):
            now, prices = day_start(market.today), shop.prices.copy()
            if promoted and to_ms(plan["starts_at"]) <= now < to_ms(plan["ends_at"]):
                prices[offer] = minor(plan["price"])
            total += market.expected_profit(prices)
            market.day(prices)
        totals.append(total)
    return totals[1] - totals[0]


def test_every_plan_gains_although_shoppers_stock_up(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plans = planned(shop, tmp_path, capsys, "100000.00")
    gains = [gained(shop, plan) for plan in plans]
    assert len(plans) >= 2
    assert min(gains) > 0
    expected = sum(minor(plan["expected"]["profit"]) for plan in plans)
    assert 0.5 * expected < sum(gains)
    for plan in plans:
        assert plan["effects"]["bought_ahead"] > 0
        assert minor(plan["expected"]["lower"]) > 0.1 * minor(plan["effects"]["discount"]) - 1


def test_plans_are_records_of_their_topic_and_the_same_each_time(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plans = planned(shop, tmp_path, capsys, "100000.00")
    file = tmp_path / "plans" / "promotion-plans.jsonl.gz"
    first = file.read_bytes()
    lines = [json.loads(line) for line in gzip.decompress(first).splitlines()]
    assert [line["value"] for line in lines] == plans
    for line in lines:
        decode("promotion-plans", json.dumps(line["value"]).encode())
        assert line["key"] == line["value"]["sku"]
    planned(shop, tmp_path, capsys, "100000.00")
    assert file.read_bytes() == first


def test_discounts_stay_within_the_budget(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def spent(plans: list[dict[str, Any]]) -> int:
        return sum(minor(plan["effects"]["discount"]) for plan in plans)

    whole = spent(planned(shop, tmp_path, capsys, "100000.00"))
    plans = planned(shop, tmp_path, capsys, f"{whole / 200:.2f}")
    assert plans
    assert spent(plans) <= whole / 2 + len(plans)


def test_plans_keep_out_of_each_others_way_and_within_the_guardrails(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rails = {"minimum_margin": "35%"}
    plans = planned(shop, tmp_path, capsys, "100000.00", guardrails=rails)
    goods = shop.market.assortment
    by_category: dict[int, list[tuple[int, int]]] = {}
    for plan in plans:
        offer = goods.skus.index(plan["sku"])
        assert minor(plan["price"]) * goods.kept[offer] * 0.65 >= goods.cost[offer] - 1
        window = to_ms(plan["starts_at"]), to_ms(plan["ends_at"])
        assert window[0] >= day_start(DAYS) - DAY_MS
        others = by_category.setdefault(int(goods.category[offer]), [])
        assert all(window[0] >= end or window[1] <= start for start, end in others)
        others.append(window)


def test_a_policy_that_asks_for_none_is_told_how_to_ask(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policies.json").write_text('{"policy_id": "p"}')
    given = [str(shop.folder), "--policies", str(tmp_path / "policies.json")]
    assert main(["promotions", *given]) == 2
    assert '"promotions": {"budget": "500.00"}' in capsys.readouterr().err
