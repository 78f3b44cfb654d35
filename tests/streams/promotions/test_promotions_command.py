"""`pricetide promotions` on a recording of a shop that promotes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from online_models.market import compose
from online_models.market.calendar import day_start
from online_models.market.records import Record, opening, records
from schemas.topics import decode
from streams.cli import main
from tests.streams.simulate.recorded import write

OFFERS, SALES, DAYS = 15, 20.0, 150
#: A shop that asks more than is best has something to gain by promotions.
DEAR = 1.4


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some months of a merchant who promotes now this offer, now that."""
    folder = tmp_path_factory.mktemp("promotions") / "recording"
    market = compose("choke+pantry", 7, OFFERS, SALES)
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
    return folder


def planned(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], budget: str, **policy: Any
) -> list[dict[str, Any]]:
    document = {"policy_id": "p", "promotions": {"budget": budget}, **policy}
    (tmp_path / "policies.json").write_text(json.dumps(document))
    given = [str(shop), "--policies", str(tmp_path / "policies.json")]
    assert main(["promotions", *given, "--json", "--out", str(tmp_path / "plans")]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["plans"]
    return found


def test_plans_are_records_of_their_topic_and_the_same_each_time(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plans = planned(shop, tmp_path, capsys, "100000.00")
    assert plans
    file = tmp_path / "plans" / "promotion-plans.jsonl.gz"
    first = file.read_bytes()
    lines = [json.loads(line) for line in gzip.decompress(first).splitlines()]
    assert [line["value"] for line in lines] == plans
    for line in lines:
        decode("promotion-plans", json.dumps(line["value"]).encode())
        assert line["key"] == line["value"]["sku"]
    planned(shop, tmp_path, capsys, "100000.00")
    assert file.read_bytes() == first


def test_a_policy_that_asks_for_none_is_told_how_to_ask(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policies.json").write_text('{"policy_id": "p"}')
    given = [str(shop), "--policies", str(tmp_path / "policies.json")]
    assert main(["promotions", *given]) == 2
    assert '"promotions": {"budget": "500.00"}' in capsys.readouterr().err


def test_a_shop_that_never_promoted_is_told_why_there_is_no_plan(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policies.json").write_text('{"policy_id": "p", "promotions": {"budget": "9"}}')
    files = [str(shop / f"{topic}.jsonl.gz") for topic in ("orders", "products")]
    assert main(["promotions", *files, "--policies", str(tmp_path / "policies.json")]) == 0
    assert "no promotion ran" in " ".join(capsys.readouterr().out.split())


def test_a_merchant_reads_what_each_plan_brings_in_80_columns(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    policy = '{"policy_id": "p", "promotions": {"budget": "100000.00"}}'
    (tmp_path / "policies.json").write_text(policy)
    assert main(["promotions", str(shop), "--policies", str(tmp_path / "policies.json")]) == 0
    out = capsys.readouterr().out
    assert "…" not in out
    assert "are bought ahead" in " ".join(out.split())
