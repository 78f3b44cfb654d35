"""`pricetide recommend` on a recording."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.values.instants import DAY, to_text
from streams import cli
from streams.client import customer_hash
from streams.configuration.settings import Settings
from streams.recording import Entry, Recording, RecordingWriter

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


KEY = Settings().customer_key.get_secret_value()
PAIRS = (("coffee", "filter"), ("tea", "honey"), ("milk", "bread"))
POLICY = {
    "policy_id": "shop",
    "strategy": [{"kind": "keep"}],
    "recommend": {"number": 1, "holdout": "50%", "explore": "50%"},
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A shop that recommends: each customer puts something into the basket, and orders a day later,
    as a replay's partitions hear of each other once a day. The recording, and what the pricer made
    of it.
    """
    folder, out = (tmp_path_factory.mktemp(name) for name in ("shop", "prices"))
    with RecordingWriter(folder) as writer:
        places: dict[str, int] = {}

        def write(topic: str, value: dict[str, object], minute: int) -> None:
            places[topic] = offset = places.get(topic, -1) + 1
            at = START + minute * 60_000
            key = str(value.get("sku", "")).encode()
            writer.write(Entry(topic, 0, offset, key, json.dumps(value).encode(), at))

        write("pricing-policies", POLICY, 0)
        for sku in (each for pair in PAIRS for each in pair):
            own = {"sku": sku, "name": sku, "category": "food", "currency": "EUR"}
            write("products", own | {"price": "2.00", "cost": "1.00"}, 0)
        for i in range(400):
            pair, minute = PAIRS[i % 3], 600 + i // 7 * 1440
            who = {"customer_id": f"c{i}", "personal_prices": True}
            at = {"time": to_text(START + minute * 60_000)}
            write("clickstream", {"sku": pair[0], "action": "cart"} | at | who, minute)
            bought, minute = pair if i % 2 else pair[:1], minute + 1500
            lines = [{"sku": sku, "quantity": 1, "unit_price": "2.00"} for sku in bought]
            at = {"time": to_text(START + minute * 60_000)}
            order = {"order_id": f"o{i}", "currency": "EUR", "lines": lines}
            write("orders", order | at | who, minute)
    assert cli.main(["replay", str(folder), "--out", str(out)]) == 0
    return folder, out


def test_what_was_shown_is_valued_by_what_was_ordered_next(
    told: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = told
    assert cli.main(["recommend", str(folder), str(out), "--shown", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["EUR"]
    bought = {
        customer_hash(KEY, f"c{i}"): set(PAIRS[i % 3] if i % 2 else PAIRS[i % 3][:1])
        for i in range(400)
    }
    margins: dict[str, list[float]] = {"recommended": [], "held_out": []}
    for entry in Recording([out], ["recommendations"]):
        assert entry.value is not None
        value = json.loads(entry.value)
        # who has ordered is recommended something for later, which nobody comes for
        later = len(value["basket"]) == 2 or value["basket"][0] not in [p[0] for p in PAIRS]
        taken = set() if later else bought[value["customer"]]
        items = [*value["items"], *value["withheld"]]
        margins[value["arm"]].append(sum(float(e["margin"]) for e in items if e["sku"] in taken))
    assert found["visits"] == sum(map(len, margins.values())) > 300
    for arm, name in (("recommended", "shown"), ("held_out", "withheld")):
        assert found[name]["mean"] == pytest.approx(sum(margins[arm]) / len(margins[arm]))
    assert cli.main(["recommend", str(folder), str(out), "--shown"]) == 0
    text = capsys.readouterr().out
    assert "Showing brought" in text
    assert "nothing tried instead" in text


def test_a_recording_without_recommendations_says_so(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["recommend", str(recording), "--shown"]) == 2
    assert "no recommendations in the recording" in capsys.readouterr().err
