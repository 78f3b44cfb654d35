"""`pricetide recommend` on a recording."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.values.instants import DAY, to_text
from streams import cli
from streams.recording import Entry, RecordingWriter

START = 19_723 * DAY


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Filters go with coffee, honey with tea; more people buy bread."""
    folder = tmp_path_factory.mktemp("recording")
    with RecordingWriter(folder) as writer:
        for i in range(300):
            pair = (("coffee", "filter"), ("tea", "honey"), ("milk", "bread"))[i % 3]
            lines = [{"sku": sku, "quantity": 1, "unit_price": "2.00"} for sku in pair]
            order = {"order_id": f"o{i}", "time": to_text(START + i * 60_000), "currency": "EUR"}
            value = json.dumps(order | {"lines": lines}).encode()
            writer.write(Entry("orders", 0, i, f"o{i}".encode(), value, START + i * 60_000))
    return folder


def test_it_says_how_much_more_is_found(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["recommend", str(recording), "--number", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["orders"] == 60
    assert found["hits"] > 0.9 > found["popular_hits"]
    assert found["margin"] == pytest.approx(2.0 * found["hits"])
    assert cli.main(["recommend", str(recording)]) == 0
    assert "best sellers" in capsys.readouterr().out


def test_a_share_that_leaves_nothing_is_refused(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["recommend", str(recording), "--learn-first", "100"]) == 2
    assert "--learn-first: 100 leaves no order" in capsys.readouterr().err
