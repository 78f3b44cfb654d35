"""`pricetide promotions` on a recording of a shop that promotes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from online_models.market.records import TopicRecord
from schemas.topics import decode
from schemas.values.instants import to_ms
from streams.cli import main
from tests.streams.commands.recorded_shop import recorded_shop
from tests.streams.simulation.recorded import write


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded_shop(tmp_path_factory.mktemp("promotions") / "recording")


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


def test_prices_follow_a_plan_that_is_sent_to_promotions_as_it_is(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = planned(shop, tmp_path, capsys, "100000.00")[0]
    lines = gzip.decompress((shop / "products.jsonl.gz").read_bytes()).splitlines()
    product = next(v for v in (json.loads(li)["value"] for li in lines) if v["sku"] == plan["sku"])
    start, end = (to_ms(plan[name]) for name in ("starts_at", "ends_at"))
    told = [
        TopicRecord("products", plan["sku"], product, start - 2),
        TopicRecord("promotions", plan["plan_id"], plan, start - 1),
        *(TopicRecord("pricing-control", "", {"kind": "tick", "time": t}, t) for t in (start, end)),
    ]
    write(tmp_path / "sent", told)
    (tmp_path / "keep.json").write_text('{"policy_id": "p", "strategy": [{"kind": "keep"}]}')
    given = ["replay", str(tmp_path / "sent"), "--policies", str(tmp_path / "keep.json")]
    outs = [tmp_path / name / "price-changes.jsonl.gz" for name in ("once", "again")]
    for out in outs:
        assert main([*given, "--out", str(out.parent)]) == 0
    changes = [json.loads(line)["value"] for line in gzip.decompress(outs[0].read_bytes()).split()]
    prices = [(change["effective_at"], change["price"]) for change in changes]
    assert prices == [(plan["starts_at"], plan["price"]), (plan["ends_at"], product["price"])]
    assert outs[0].read_bytes() == outs[1].read_bytes()
