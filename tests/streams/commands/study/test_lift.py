"""`pricetide lift`: what is said of an experiment is what its arms earned."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from schemas.examples import EXAMPLES
from schemas.values.instants import DAY, HOUR, to_text
from streams.cli import main
from streams.recording.entry import Entry
from streams.recording.writer import RecordingWriter

START = 1_700_006_400_000
SKUS = [f"s{i:02d}" for i in range(60)]
HELD = {sku for i, sku in enumerate(SKUS) if i % 3 == 0}
#: Days before the experiment, and of it.
BEFORE, DURING = 20, 40


def entry(topic: str, value: Any, at: int) -> Entry:
    return Entry(topic, 0, 0, value["sku"].encode(), json.dumps(value).encode(), at)


def write(folder: Path, entries: list[Entry]) -> Path:
    offsets: dict[str, int] = {}
    with RecordingWriter(folder) as writer:
        for each in sorted(entries, key=lambda e: e.timestamp):
            offsets[each.topic] = offsets.get(each.topic, -1) + 1
            writer.write(each._replace(offset=offsets[each.topic]))
    return folder


def products(cost: str = "4.00") -> list[Entry]:
    value = {"name": "x", "currency": "USD", "price": "10.00", "cost": cost, "category": "c"}
    return [entry("products", {"sku": sku} | value, START) for sku in SKUS]


def decision(sku: str, at: int, arm: str | None, name: str = "autumn") -> Entry:
    told = {"sku": sku, "channel": "web", "effective_at": to_text(at), "price": "10.00"}
    experiment = None if arm is None else {"name": name, "arm": arm}
    return entry(
        "price-decisions", EXAMPLES["price-decisions"] | told | {"experiment": experiment}, at
    )


def autumn(
    folder: Path, seed: int, lift: float, days: int = DURING, more: Sequence[Entry] = ()
) -> Path:
    """Offers that differ; a third is held out, the others earn `lift` more once it runs."""
    rng = np.random.default_rng(seed)
    base = rng.lognormal(2.0, 0.5, len(SKUS))
    begins = START + BEFORE * DAY
    entries = products()
    for sku in SKUS:
        entries.append(decision(sku, START, None))
        entries.append(decision(sku, begins, "holdout" if sku in HELD else "treatment"))
    observation = EXAMPLES["demand-observations"]
    for day in range(BEFORE + days):
        at = START + day * DAY
        for sku, rate in zip(SKUS, base, strict=True):
            factor = 1.0 + lift if day >= BEFORE and sku not in HELD else 1.0
            seen = {"sku": sku, "channel": "web", "units": int(rng.poisson(rate * factor))}
            seen |= {"bucket_start": to_text(at), "bucket_end": to_text(at + DAY)}
            entries.append(
                entry("demand-observations", observation | seen | {"price": "10.00"}, at + DAY)
            )
    return write(folder, [*entries, *more])


def told(capsys: pytest.CaptureFixture[str], *paths: Path) -> dict[str, Any]:
    assert main(["lift", *map(str, paths), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["experiments"][0]
    return found


def test_the_lift_is_found_and_its_intervals_hold_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(capsys, autumn(tmp_path / "r", 1, 0.2))
    assert (found["name"], found["currency"], found["unit"]) == ("autumn", "USD", "sku")
    assert (found["held_out"], found["treated"], found["days"]) == (20, 40, DURING)
    once, always = found["lift"]["relative"], found["lift"]["relative_sequence"]
    assert always["lower"] < once["lower"] < 0.2 < once["upper"] < always["upper"]
    assert always["lower"] > 0.0
    money = found["lift"]["absolute"]
    assert money["mean"] == pytest.approx(0.2 * 6.0 * np.exp(2.0 + 0.125), rel=0.35)


def test_arms_alike_are_not_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    always = told(capsys, autumn(tmp_path / "r", 2, 0.0))["lift"]["relative_sequence"]
    assert always["lower"] < 0.0 < always["upper"]


def test_sales_after_its_end_do_not_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    over = START + (BEFORE + 30) * DAY
    folder = autumn(tmp_path / "r", 3, 0.2, more=[decision(sku, over, None) for sku in SKUS])
    assert told(capsys, folder)["days"] == 30


def test_an_offer_that_another_policy_takes_over_stays_in_its_arm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = told(capsys, autumn(tmp_path / "alone", 4, 0.2))
    gone = [decision(sku, START + (BEFORE + 5) * DAY, None) for sku in SKUS[:10]]
    assert told(capsys, autumn(tmp_path / "gone", 4, 0.2, more=gone)) == alone


def test_before_the_first_look_it_says_that_it_is_too_early(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = autumn(tmp_path / "r", 5, 0.2, days=6)
    assert told(capsys, folder)["lift"] is None
    assert main(["lift", str(folder)]) == 0
    assert "6 whole days so far, the first look is after 14" in capsys.readouterr().out


def test_it_reads_what_a_replay_of_an_experiment_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Held-out offers keep their prices; the others fall to 8.00 and sell no more for it."""
    inputs, rng = products(), np.random.default_rng(6)
    for day in range(30):
        for sku in SKUS:
            at = START + day * DAY + 9 * HOUR
            line = {"sku": sku, "quantity": int(1 + rng.poisson(3.0)), "unit_price": "10.00"}
            value = {"order_id": f"{sku}{day}", "time": at, "currency": "USD", "lines": [line]}
            inputs.append(Entry("orders", 0, 0, None, json.dumps(value).encode(), at))
    policy = {"policy_id": "p", "version": 1, "strategy": [{"kind": "cost_plus", "margin": "50%"}]}
    policy |= {"experiment": {"name": "half", "holdout": 0.3}}
    file = tmp_path / "policies.json"
    file.write_text(json.dumps([policy]))
    folder, out = write(tmp_path / "in", inputs), tmp_path / "out"
    assert main(["replay", str(folder), "--policies", str(file), "--out", str(out)]) == 0
    capsys.readouterr()
    found = told(capsys, folder, out)
    assert found["name"] == "half"
    assert found["held_out"] + found["treated"] == len(SKUS)
    assert 8 <= found["held_out"] <= 30
    assert found["lift"]["relative_sequence"]["upper"] < 0.2


@pytest.mark.parametrize("missing", ["products", "price-decisions", "demand-observations"])
def test_a_recording_that_lacks_a_topic_ends_in_one_line(
    missing: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = autumn(tmp_path / "r", 7, 0.0, days=1)
    (folder / f"{missing}.jsonl.gz").unlink()
    assert main(["lift", str(folder)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert f"no {missing} in" in error


def test_without_an_experiment_there_is_nothing_to_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [*products(), decision("s00", START, None)]
    seen = EXAMPLES["demand-observations"] | {"sku": "s00"}
    folder = write(tmp_path / "r", [*entries, entry("demand-observations", seen, START + DAY)])
    assert main(["lift", str(folder)]) == 2
    assert "no decision was made under an experiment" in capsys.readouterr().err
