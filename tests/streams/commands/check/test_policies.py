"""`pricetide policies check` as a merchant reads it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from streams.cli import main


def products(folder: Path, *records: dict[str, Any]) -> Path:
    """A recording of products at 10.00 that cost 4.00."""
    usual = {"currency": "USD", "price": "10.00", "cost": "4.00", "category": "food/tea"}
    folder.mkdir()
    with gzip.open(folder / "products.jsonl.gz", "wt") as file:
        for offset, record in enumerate(records):
            value = {"name": record["sku"]} | usual | record
            line = {"topic": "products", "partition": 0, "offset": offset, "key": record["sku"]}
            file.write(
                json.dumps(line | {"value": value, "timestamp": 1_700_006_400_000, "headers": {}})
                + "\n"
            )
    return folder


def check(tmp_path: Path, policies: list[dict[str, Any]], *more: str) -> int:
    file = tmp_path / "policies.json"
    file.write_text(json.dumps(policies))
    return main(["policies", "check", str(file), *more])


def test_contradictions_are_told_by_example_and_number_and_give_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rails = {"minimum_margin": "10%", "never_above_list_price": True}
    policies = [{"policy_id": "tea", "select": {"categories": ["food"]}, "guardrails": rails}]
    records = [{"sku": f"s{i}", "cost": "9.80", "list_price": "9.50"} for i in range(12)]
    recording = products(tmp_path / "shop", *records, {"sku": "toy", "category": "toys"})
    assert check(tmp_path, policies, "--products", str(recording)) == 1
    said = capsys.readouterr().out
    assert "13 offers are ruled" in said
    assert "s0 on web: tea, the only policy that selects the offer" in said
    assert "toy on web: default, no policy selects the offer" in said
    example = "minimum_margin asks for at least 10.89, never_above_list_price allows at most 9.50"
    assert said.count(example) == 5
    assert "never_above_list_price and minimum_margin on 7 more offers" in said


@pytest.mark.parametrize(
    "command", [["policies", "check"], ["replay", "shop", "--policies"], ["pipe", "--policies"]]
)
def test_a_misspelt_guardrail_is_refused_wherever_a_policy_file_is_read(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    products(tmp_path / "shop", {"sku": "a"})
    match = {"kind": "match_competitor", "max_aeg": "PT1H"}
    rails = {"minimum_price": "1", "maximum_prize": "9"}
    policy = {"policy_id": "p", "strategy": [match], "guardrails": rails}
    file = tmp_path / "policies.json"
    file.write_text(json.dumps([policy]))
    assert main([*command, str(file)]) == 2
    said = capsys.readouterr().err
    assert "guardrails.maximum_prize: no such field; perhaps maximum_price?" in said
    assert "strategy[0].max_aeg: no such field; perhaps max_age?" in said
    assert len(said.splitlines()) == 1


def test_what_is_no_policy_gives_one_line_and_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, [{"policy_id": "p", "guardrails": {"cooldown": "soon"}}]) == 2
    said = capsys.readouterr().err
    assert "cooldown" in said
    assert len(said.splitlines()) == 1


def test_advice_is_no_contradiction(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rails = {"minimum_margin": "5%", "max_step_up": "7%", "price_endings": [".99", ".49"]}
    assert check(tmp_path, [{"policy_id": "tea", "guardrails": rails}]) == 0
    *_, advice, answer = capsys.readouterr().out.splitlines()
    assert advice.startswith("advice: tea: below 7.15")
    assert answer == "No contradictions."
