"""Groups found in a recording are those that were put there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from online_models.studies.segments.features import ITEM_FEATURES
from schemas.values.instants import DAY, to_text
from streams import cli
from streams.recording import Entry, RecordingWriter

pytest.importorskip("sklearn")

START = 19_723 * DAY
ITEMS, CUSTOMERS, DAYS = 24, 40, 28


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half the items sell much and cheaply, the others little; half the customers buy a lot."""
    folder, rng = tmp_path_factory.mktemp("recording"), np.random.default_rng(1)
    with RecordingWriter(folder) as writer:
        for i in range(ITEMS * DAYS):
            item, day = i % ITEMS, i // ITEMS
            fast = item % 2 == 0
            value = {
                "sku": f"s{item}",
                "channel": "web",
                "bucket_start": to_text(START + day * DAY),
                "bucket_end": to_text(START + (day + 1) * DAY),
                "units": int(rng.poisson(20.0 if fast else 2.0)),
                "views": 0,
                "price": f"{(1.0 if fast else 10.0) * rng.uniform(0.95, 1.05):.2f}",
                "stocked_out": False,
            }
            end = START + (day + 1) * DAY
            writer.write(_entry("demand-observations", i, value, end))
        for i in range(CUSTOMERS * 10):
            customer = i % CUSTOMERS
            if customer % 2 and i >= CUSTOMERS * 2:
                continue
            units = 20 if customer % 2 == 0 else 1
            lines = [{"sku": f"s{i % 7}", "quantity": units, "unit_price": "1.00"}]
            order = {"order_id": f"o{i}", "time": to_text(START + i * 60_000), "currency": "EUR"}
            order |= {"customer_id": f"c{customer}", "lines": lines}
            writer.write(_entry("orders", i, order, START + i * 60_000))
        writer.write(_entry("orders", CUSTOMERS * 10, {"broken": True}, START))
    return folder


def _entry(topic: str, offset: int, value: dict[str, Any], time: int) -> Entry:
    return Entry(topic, 0, offset, b"k", json.dumps(value).encode(), time)


@pytest.mark.parametrize("method", ["k-means", "hierarchical"])
@pytest.mark.parametrize(("by", "stem"), [("item", "s"), ("customer", "c")])
def test_the_groups_are_found_and_every_member_named(
    recording: Path, by: str, stem: str, method: str, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--by", by, "--method", method, "--most", "3", "--json"]
    assert cli.main(["segments", str(recording), *flags]) == 0
    found = json.loads(capsys.readouterr().out)
    number = {name.split("|")[0].removeprefix(stem): g for name, g in found["members"].items()}
    kinds = [{g for n, g in number.items() if int(n) % 2 == parity} for parity in (0, 1)]
    assert len(number) == (ITEMS if by == "item" else CUSTOMERS)
    assert not kinds[0] & kinds[1]
    assert sum(group["members"] for group in found["groups"]) == len(number)


def test_a_recording_without_customers_is_named(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = next(recording.glob("demand-observations*"))
    assert cli.main(["segments", str(path), "--by", "customer"]) == 2
    assert "no order names a customer" in capsys.readouterr().err


def test_a_recording_without_observations_is_named(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = next(recording.glob("orders*"))
    assert cli.main(["segments", str(path)]) == 2
    assert "no records of demand-observations" in capsys.readouterr().err


def test_all_names_are_whole_in_80_columns(
    recording: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.main(["segments", str(recording), "--most", "2"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ITEM_FEATURES)


def test_fewer_groups_than_two_are_refused(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["segments", str(recording), "--most", "1"])
    assert "1 is below 2" in capsys.readouterr().err
