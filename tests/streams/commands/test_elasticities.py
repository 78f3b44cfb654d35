"""`pricetide elasticities` on a recording."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from streams.cli import main
from streams.recording.entry import Entry
from streams.recording.writer import RecordingWriter

WEEK = 7 * 86_400_000
START = 1_600_000_000_000 // WEEK * WEEK
ELASTICITIES = (-1.5, -2.5, -3.5)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three products, one of them in one channel only, over 60 weeks."""
    rng = np.random.default_rng(1)
    folder = tmp_path_factory.mktemp("panel")
    rows: list[tuple[int, str, str, object]] = []
    for p in range(3):
        channels = ["web"] if p == 2 else ["web", "store"]
        value = {"sku": f"p{p}", "name": "x", "currency": "USD", "price": "5.00", "cost": "2.00"}
        value |= {"category": "food", "channels": {c: {} for c in channels}}
        rows.append((START - 1, "products", f"p{p}", value))
        for week in range(60):
            for channel in channels:
                price = round(5.0 * float(np.exp(0.12 * rng.standard_normal())), 2)
                units = rng.poisson(60 * (price / 5.0) ** ELASTICITIES[p])
                time = START + week * WEEK + 3_600_000
                line = {"sku": f"p{p}", "quantity": int(units), "unit_price": f"{price:.2f}"}
                order = {"order_id": f"{p}{channel}{week}", "time": time, "currency": "USD"}
                order |= {"channel": channel, "lines": [line]}
                if units:
                    rows.append((time, "orders", f"p{p}", order))
    rows.sort(key=lambda row: row[0])
    with RecordingWriter(folder) as writer:
        for offset, (time, topic, key, value) in enumerate(rows):
            body = json.dumps(value).encode()
            writer.write(Entry(topic, 0, offset, key.encode(), body, time, ()))
    return folder


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    assert main(["elasticities", *arguments, "--bucket", "P7D", "--json"]) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)["rows"]
    return found


@pytest.mark.parametrize("method", ["double-ml", "online"])
def test_offers_have_keys_intervals_and_the_method(
    recording: Path, capsys: pytest.CaptureFixture[str], method: str
) -> None:
    found = rows(capsys, str(recording), "--method", method)
    assert [row["key"] for row in found] == ["p0@store", "p0@web", "p1@store", "p1@web", "p2"]
    for row, truth in zip(found, (-1.5, -1.5, -2.5, -2.5, -3.5), strict=True):
        assert row.keys() >= {"key", "own", "lower", "upper", "method"}
        assert row["method"] == method
        assert float(row["lower"]) < float(row["own"]) < float(row["upper"])  # type: ignore[arg-type]
        assert abs(float(row["own"]) - truth) < 0.6  # type: ignore[arg-type]


def test_one_row_a_category_and_one_for_no_brand(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [row["key"] for row in rows(capsys, str(recording), "--by", "category")] == ["food"]
    assert [row["key"] for row in rows(capsys, str(recording), "--by", "brand")] == ["(none)"]


def test_a_table_for_people(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["elasticities", str(recording), "--bucket", "P7D", "--by", "category"]) == 0
    shown = capsys.readouterr().out
    assert "food" in shown
    assert "95 % interval" in shown


def test_no_recording_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["elasticities", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.startswith("pricetide elasticities: ")
