"""What learnt discounts brought, and how far apart clusters are, as a user reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from online_models.pricing.personal.draws import held_out
from schemas.values.instants import DAY, to_text
from streams.cli import main
from streams.configuration.settings import Settings
from streams.ingest.hashing import KeyedHash
from streams.recording.entry import Entry
from streams.recording.writer import RecordingWriter

START = 1_700_006_400_000 // DAY * DAY
#: Customers, days before the first offer, and days of offers.
CUSTOMERS, BEFORE, DAYS = 200, 14, 40
SEGMENT = {
    "segment": "b2c",
    "personalise": True,
    "optimise_personal": {"holdout": "25%"},
}


def write(folder: Path, more: float, days: int = DAYS) -> Path:
    """Customers buy a unit that leaves 6.00 now and then; who is not held out, `more` often."""
    key = Settings().customer_key.get_secret_value().encode()
    hashed, rng = KeyedHash(key, "customer"), np.random.default_rng(4)
    names = [f"c{i}" for i in range(CUSTOMERS)]
    out = held_out(3, [hashed[name] for name in names], 0.25)
    product = {"sku": "a", "name": "A", "currency": "USD", "price": "10.00", "cost": "4.00"}
    policy = {"policy_id": "p", "seed": 3, "segments": [SEGMENT]}
    sent: list[tuple[int, str, dict[str, Any]]] = [
        (START, "products", product | {"category": "tea"}),
        (START, "pricing-policies", policy),
    ]
    for day in range(BEFORE + days):
        for i, name in enumerate(names):
            at = START + day * DAY + i
            often = 0.2 * (1.0 + (more if day >= BEFORE and not out[i] else 0.0))
            if rng.random() < often:
                line = {"sku": "a", "quantity": 1, "unit_price": "10.00"}
                order = {"order_id": f"{day}-{i}", "time": at, "currency": "USD", "lines": [line]}
                order |= {"customer_id": name, "personal_prices": True}
                sent.append((at, "orders", order))
    for i, (cluster, price) in enumerate([(1, "9.50"), (5, "8.00"), (5, "8.40")]):
        at = START + BEFORE * DAY + i
        step = {"rule": "public_price", "input": None, "output": "10.00", "detail": {}}
        offer = {"sku": "a", "channel": "web", "segment": "b2c", "price": price, "currency": "USD"}
        offer |= {"valid_from": to_text(at), "valid_until": to_text(at + DAY), "disclosure": "d"}
        offer |= {"decision_id": "d", "customer": hashed.text(f"c{i}"), "cluster": cluster}
        again = offer | {"explanation": [step], "price": "1.00"}
        sent.append((at, "price-offers", offer | {"explanation": [step], "propensity": 0.9}))
        sent.append((at, "price-offers", again))
    decision = {"decision_id": "d", "price": "10.00", "previous_price": None, "outcome": "held"}
    sent.append((START, "price-decisions", decision))
    with RecordingWriter(folder) as writer:
        for offset, (at, topic, value) in enumerate(sorted(sent, key=lambda each: each[0])):
            writer.write(Entry(topic, 0, offset, None, json.dumps(value).encode(), at))
    return folder


def report(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["fairness", str(folder), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_what_discounts_brought_is_measured_by_who_is_held_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (found,) = report(write(tmp_path / "more", 0.8), capsys)["uplifts"]
    assert found["held_out"] + found["treated"] == CUSTOMERS
    sequence = found["lift"]["sequence"]
    assert 0.0 < sequence["lower"] < 0.8 * 0.2 * 6.0 < sequence["upper"]
    (none,) = report(write(tmp_path / "none", 0.0), capsys)["uplifts"]
    assert none["lift"]["sequence"]["lower"] < 0.0 < none["lift"]["sequence"]["upper"]


def test_the_gap_between_clusters_is_that_of_their_mean_discounts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "gap", 0.0, 3)
    found = report(folder, capsys)
    (gap,) = found["discount_gaps"]
    assert gap["gap"] == pytest.approx(0.18 - 0.05)
    assert (gap["lowest"], gap["highest"]) == ("1", "5")
    rows = {(row["by"], row["name"]): row for row in found["groups"]}
    assert rows["cluster", "5"]["discount"] == pytest.approx(0.18)
    assert found["uplifts"][0]["lift"] is None
    assert main(["fairness", str(folder)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Discount gap in segment b2c: 13.0%, between cluster 5 and cluster 1." in said
    assert "no uplift yet, 14 days are needed" in said
