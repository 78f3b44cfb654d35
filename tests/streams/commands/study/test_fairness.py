"""Personal prices of a real run, judged from its record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.values.instants import to_ms
from streams.cli import main
from streams.configuration.policy_file import PolicyRecord
from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe
from streams.recording.entry import Entry
from streams.recording.writer import RecordingWriter

START = to_ms("2024-05-01T00:00:00Z")
HOUR = 3_600_000
POLICY = {
    "policy_id": "p",
    "strategy": [{"kind": "match_competitor"}, {"kind": "keep"}],
    "segments": [
        {"segment": "b2c", "personalise": True, "personal_discount": "5%"},
        {"segment": "club", "personalise": True, "personal_discount": "10%"},
    ],
}


def run(folder: Path) -> None:
    """Four customers who agreed buy bargains, one who agreed does not, one bargain hunter did not
    agree, and one takes his consent back; then the price moves.
    """
    sent: list[tuple[str, dict[str, Any]]] = []
    product = {"sku": "a", "name": "A", "currency": "USD", "price": "10.00", "cost": "4.00"}
    sent.append(("products", product | {"category": "tea"}))
    buyers = [("w", "b2c", True, "9.00"), ("x", "b2c", True, "9.00"), ("y", "club", True, "9.00")]
    buyers += [("z", "club", True, "9.00"), ("dear", "b2c", True, "10.00")]
    buyers += [("shy", "b2c", False, "9.00"), ("w", "b2c", False, "10.00")]
    for i, (who, segment, agreed, price) in enumerate(buyers):
        line = {"sku": "a", "quantity": 5, "unit_price": price}
        order = {"order_id": f"o{i}", "time": START + i, "currency": "USD", "lines": [line]}
        order |= {"customer_id": who, "segment": segment, "personal_prices": agreed}
        sent.append(("orders", order))
    tick = {"kind": "tick", "time": START + HOUR}
    competitor = {"sku": "a", "competitor": "r", "price": "9.00", "currency": "USD"}
    sent += [
        ("pricing-control", tick),
        ("competitor-prices", competitor | {"time": START + HOUR + 1}),
    ]
    sent.append(("pricing-control", {"kind": "tick", "time": START + 2 * HOUR}))
    pipe = Pipe(Settings(), [PolicyRecord("p", json.dumps(POLICY).encode())])
    lines = [
        json.dumps(
            {"topic": topic, "key": None, "value": value, "timestamp": value.get("time", START)}
        ).encode()
        for topic, value in sent
    ]
    said = [json.loads(line) for line in pipe.feed(lines)]
    with RecordingWriter(folder) as writer:
        kept = [{"topic": topic, "value": value} for topic, value in sent] + said
        for offset, each in enumerate(kept):
            value = json.dumps(each["value"]).encode()
            writer.write(Entry(each["topic"], 0, offset, None, value, START + offset))


@pytest.fixture(scope="module", name="folder")
def fixture_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fairness") / "recording"
    run(folder)
    return folder


def report(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["fairness", str(folder), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_discounts_are_told_by_group(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = report(folder, capsys)
    rows = {(row["by"], row["name"]): row for row in found["groups"]}
    assert rows["all", "all"]["prices"] == 4
    assert rows["category", "tea"]["customers"] == 4
    assert rows["segment", "b2c"]["discount"] == pytest.approx(0.05, abs=1e-9)
    assert rows["segment", "club"]["discount"] == pytest.approx(0.10, abs=1e-9)
    low, high = rows["all", "all"]["interval"]
    assert low < rows["all", "all"]["discount"] < high
    assert found["above_public"] == found["undisclosed"] == found["decision_unknown"] == 0


def test_the_share_of_those_who_agreed_is_told_by_segment(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shares = {row["segment"]: row for row in report(folder, capsys)["shares"]}
    assert (shares["b2c"]["got"], shares["b2c"]["agreed"]) == (2, 3)
    assert (shares["club"]["got"], shares["club"]["agreed"]) == (2, 2)
    low, high = shares["b2c"]["interval"]
    assert 0 < low < 2 / 3 < high < 1


def test_prices_after_a_consent_that_was_taken_back_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = report(folder, capsys)
    assert (found["agreed"], found["last_order_did_not_agree"]) == (3, 1)
    assert found["consent_unknown"] == 0


def test_the_page_says_it_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fairness", str(folder)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Above the public price: 0." in said
    assert "customers of segment club who agreed, 2 got a personal price: 100%" in said


def test_what_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with RecordingWriter(tmp_path / "empty") as writer:
        writer.open("orders")
    assert main(["fairness", str(tmp_path / "empty")]) == 2
    assert "no price-offers" in capsys.readouterr().err
