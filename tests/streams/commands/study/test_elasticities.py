"""`pricetide elasticities` on a recording."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from streams.cli import main
from streams.recording.entry import Entry
from streams.recording.reader import Recording
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


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["elasticities", *arguments, "--bucket", "P7D", "--json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["rows"]
    return found


def test_offers_have_four_answers_or_none(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = rows(capsys, str(recording))
    assert [row["key"] for row in found] == ["p0@store", "p0@web", "p1@store", "p1@web", "p2"]
    for row, truth in zip(found, (-1.5, -1.5, -2.5, -2.5, -3.5), strict=True):
        assert row.keys() == {"key", "sku", "channel", "as_sold", "robust", "drawn", "online"}
        assert row["drawn"] is None
        for name in ("as_sold", "robust", "online"):
            assert row[name]["lower"] < row[name]["mean"] < row[name]["upper"]
            assert abs(row[name]["mean"] - truth) < 0.6, name
        assert row["robust"]["from"] == "past"


@pytest.mark.parametrize(
    ("by", "keys"),
    [("product", ["p0", "p1", "p2"]), ("category", ["food"]), ("brand", ["(none)"])],
)
def test_rows_by_what_is_asked_for(
    recording: Path, capsys: pytest.CaptureFixture[str], by: str, keys: list[str]
) -> None:
    found = rows(capsys, str(recording), "--by", by)
    assert [row["key"] for row in found] == keys
    assert all(row["as_sold"] and row["online"] for row in found)


def test_prices_that_never_moved_are_no_prior_printed_as_a_figure(
    tmp_path: Path, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with RecordingWriter(tmp_path / "still") as writer:
        for entry in Recording([recording], {"orders", "products"}):
            value = json.loads(entry.value or b"")
            for line in value.get("lines", []):
                line["unit_price"] = "5.00"
            writer.write(entry._replace(value=json.dumps(value).encode()))
    for by in ("offer", "category"):
        for row in rows(capsys, str(tmp_path / "still"), "--by", by):
            assert row["as_sold"] is row["robust"] is row["drawn"] is row["online"] is None
    assert main(["elasticities", str(tmp_path / "still"), "--bucket", "P7D"]) == 0
    assert "nothing yet" in capsys.readouterr().out


def test_a_table_for_people_ends_in_plain_words_and_plots_are_drawn(
    tmp_path: Path, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--bucket", "P7D", "--by", "product", "--plots", str(tmp_path)]
    assert main(["elasticities", str(recording), *flags]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "as sold: assumes prices did not follow demand" in shown
    assert "for 3 of 3 products" in shown
    assert "for 3 products nothing was drawn by lot so far" in shown
    page = (tmp_path / "elasticities.html").read_text()
    for title in ("elasticity as sold", "elasticity online", "units a day", "profit a day"):
        assert title in page


def test_no_recording_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["elasticities", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.startswith("pricetide elasticities: ")
