"""`pricetide replay --compare`: prices, expectations, and what drawn prices tell of others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from schemas.examples import EXAMPLES
from schemas.values.instants import DAY, HOUR, to_text
from streams.cli import main
from streams.configuration.settings import Settings
from streams.recording.entry import Entry
from streams.recording.reader import Recording
from streams.recording.writer import RecordingWriter
from streams.replay.comparison import PricingRun
from streams.replay.counterfactual import counterfactual
from streams.replay.offer_margins import OfferMargins
from streams.replay.replay import Replay
from streams.replay.window_sales import WindowSales

START = 1_700_006_400_000
DAYS = 40
SKUS = [f"s{i:02d}" for i in range(12)]
DRAWN, CHANCE, RATE = ("9.00", "10.00", "11.00"), (0.3, 0.5, 0.2), (9.0, 6.0, 4.0)
#: Profit a day and offer at each price: 25 % tax, a fee of 10 % and 0.50, and a cost of 4.
EARNED = [rate * (float(p) * (0.8 - 0.1) - 4.5) for rate, p in zip(RATE, DRAWN, strict=True)]
TRUE_GAIN = EARNED[1] - float(np.dot(CHANCE, EARNED))
KEEP = [{"policy_id": "keep", "version": 1, "strategy": [{"kind": "keep"}]}]


def entry(topic: str, value: Any, at: int, offset: int = 0) -> Entry:
    return Entry(topic, 0, offset, value["sku"].encode(), json.dumps(value).encode(), at)


def write(folder: Path, entries: list[Entry]) -> Path:
    offsets: dict[str, int] = {}
    with RecordingWriter(folder) as writer:
        for each in sorted(entries, key=lambda e: e.timestamp):
            offsets[each.topic] = offsets.get(each.topic, -1) + 1
            writer.write(each._replace(offset=offsets[each.topic]))
    return folder


def products(skus: list[str]) -> list[Entry]:
    value = {"name": "x", "currency": "USD", "price": "10.00", "cost": "4.00", "category": "c"}
    value |= {"tax_rate": "25%", "fees": {"web": {"rate": "10%", "fixed": "0.50"}}}  # type: ignore[dict-item]
    return [entry("products", {"sku": sku} | value, START) for sku in skus]


def order(sku: str, at: int, units: int, price: str) -> Entry:
    line = {"sku": sku, "quantity": units, "unit_price": price}
    value = {"order_id": f"{sku}{at}", "time": at, "currency": "USD", "lines": [line]}
    return Entry("orders", 0, 0, None, json.dumps(value).encode(), at)


def market(folder: Path, seed: int, days: int = DAYS) -> tuple[Path, Path]:
    """A recording of orders at prices drawn every midnight, and of the outputs that drew them."""
    rng = np.random.default_rng(seed)
    recorded, outputs = products(SKUS), []
    decision, observation = EXAMPLES["price-decisions"], EXAMPLES["demand-observations"]
    for day in range(days):
        at = START + day * DAY
        for sku in SKUS:
            arm = int(rng.choice(3, p=CHANCE))
            price, units = DRAWN[arm], int(rng.poisson(RATE[arm]))
            steps = [{"rule": "explore", "input": None, "output": price, "detail": ""}]
            told = {"sku": sku, "channel": "web", "price": price, "previous_price": "10.00"}
            told |= {"currency": "USD", "effective_at": to_text(at), "outcome": "changed"}
            told |= {"explanation": steps, "propensity": CHANCE[arm]}  # type: ignore[dict-item]
            outputs.append(entry("price-decisions", decision | told, at))
            seen = {"sku": sku, "channel": "web", "units": units, "price": price}
            seen |= {"bucket_start": to_text(at), "bucket_end": to_text(at + DAY)}
            outputs.append(entry("demand-observations", observation | seen, at + DAY))
            if units:
                recorded.append(order(sku, at + HOUR * (8 + day % 8), units, price))
    return write(folder / "recorded", recorded), write(folder / "drawn", outputs)


def replay(*args: object) -> int:
    return main(["replay", *map(str, args)])


@pytest.fixture
def policies(tmp_path: Path) -> Callable[[str, Any], Path]:
    def save(name: str, value: Any) -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(value))
        return path

    return save


def compared(out: Path) -> Any:
    return json.loads((out / "comparison.json").read_text())


def quiet(folder: Path) -> Path:
    """Orders of six products over two weeks."""
    skus = SKUS[:6]
    sold = [
        order(sku, START + i * 5 * HOUR, 1, "10.00") for i in range(67) for sku in skus[i % 6 :]
    ]
    return write(folder / "quiet", [*products(skus), *sold])


def steep(step: str) -> Any:
    guardrails = {"max_step_up": step, "max_changes_per_day": 1}
    strategy = [{"kind": "cost_plus", "margin": "50%"}]
    return [{"policy_id": "p", "version": 1, "strategy": strategy, "guardrails": guardrails}]


def replayed(folder: Path, policies: Callable[[str, Any], Path]) -> tuple[Path, Path, Path]:
    """A recording, a file of policies, and what a replay of the one under the other wrote."""
    recorded, file, out = quiet(folder), policies("p.json", steep("5%")), folder / "old"
    assert replay(recorded, "--policies", file, "--out", out) == 0
    return recorded, file, out


def test_equal_runs_do_not_differ(
    tmp_path: Path, policies: Callable[[str, Any], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    recorded, file, old = replayed(tmp_path, policies)
    new = tmp_path / "new"
    assert replay(recorded, "--policies", file, "--out", new, "--compare", old) == 0
    assert "identical, byte for byte" in capsys.readouterr().out
    found = compared(new)
    assert found["identical"]
    assert found["different"] == []
    assert found["prices"]["offers"] == 6
    assert found["prices"]["decisions"] > 6
    assert found["prices"]["apart"] == found["prices"]["offers_apart"] == 0
    assert found["expected"] == found["was_expected"]


def test_what_compaction_took_from_price_changes_is_no_difference(
    tmp_path: Path, policies: Callable[[str, Any], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    recorded, file, old = replayed(tmp_path, policies)
    new = tmp_path / "new"
    changes = list(Recording([old], {"price-changes"}))
    newest = {each.key: each for each in changes}
    gone = len(changes) - len(newest)
    assert gone
    decisions = list(Recording([old], {"price-decisions"}))
    kept = write(tmp_path / "kept", [*newest.values(), *decisions])
    assert replay(recorded, "--policies", file, "--out", new, "--compare", kept) == 0
    assert compared(new)["identical"]
    assert compared(new)["compacted"] == gone
    said = " ".join(capsys.readouterr().out.split())
    assert f"identical, byte for byte. Of {gone} older ones nothing is left" in said
    # the newest of each offer is never compacted away
    older = {each.key: each for each in changes if each not in newest.values()}
    short = write(tmp_path / "short", [*older.values(), *decisions])
    assert replay(recorded, "--policies", file, "--out", new, "--compare", short) == 0
    assert not compared(new)["identical"]


def test_without_recorded_decisions_nothing_is_said_of_offers(
    tmp_path: Path, policies: Callable[[str, Any], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    recorded, file, old = replayed(tmp_path, policies)
    bolder, new = policies("new.json", steep("8%")), tmp_path / "new"
    only = write(tmp_path / "only", list(Recording([old], {"price-changes"})))
    assert replay(recorded, "--policies", file, "--compare", only) == 0
    assert "identical, byte for byte" in capsys.readouterr().out
    assert replay(recorded, "--policies", bolder, "--compare", only, "--out", new) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "the price changes differ" in said
    assert "holds no price-decisions" in said
    assert "same price" not in said
    found = compared(new)
    assert (found["identical"], found["offers"], found["prices"]) == (False, None, None)
    assert replay(recorded, "--policies", file, "--compare", recorded) == 2
    assert f"--compare {recorded}: there is nothing to compare with" in capsys.readouterr().err


def in_force(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Per SKU the prices shown from each instant on, as the price changes tell them."""
    found: dict[str, list[tuple[int, float]]] = {sku: [(0, 10.0)] for sku in SKUS}
    for each in Recording([folder], {"price-changes"}):
        value = json.loads(each.value or b"")
        found[value["sku"]].append((each.timestamp, float(value["price"])))
    return found


def test_other_guardrails_differ_where_the_price_changes_say_so(
    tmp_path: Path, policies: Callable[[str, Any], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    recorded = quiet(tmp_path)
    old, new = tmp_path / "old", tmp_path / "new"
    replay(recorded, "--policies", policies("old.json", steep("2%")), "--out", old)
    bolder = policies("new.json", steep("8%"))
    assert replay(recorded, "--policies", bolder, "--out", new, "--compare", old) == 0
    instants = {
        (json.loads(e.value or b"")["sku"], e.timestamp)
        for folder in (old, new)
        for e in Recording([folder], {"price-decisions"})
    }
    ours, theirs = in_force(new), in_force(old)

    def last(prices: list[tuple[int, float]], at: int) -> float:
        return [price for time, price in prices if time <= at][-1]

    shares = [last(ours[sku], at) / last(theirs[sku], at) - 1.0 for sku, at in sorted(instants)]
    apart = [share for share in shares if share]
    assert len(apart) > 6
    found = compared(new)
    prices = found["prices"]
    assert prices["decisions"] == len(shares)
    assert prices["higher"] == sum(share > 0 for share in shares)
    assert prices["lower"] == sum(share < 0 for share in shares)
    assert prices["mean"] == pytest.approx(np.mean(apart))
    assert prices["largest"] == pytest.approx(max(apart))
    assert prices["offers_apart"] == 6
    assert len(found["different"]) + found["offers"]["same"] == 6
    assert found["estimate"] is None
    shown = capsys.readouterr().out
    assert "The new one learnt from the prices that were shown or paid." in " ".join(shown.split())
    assert "sales to be made at" not in shown
    assert f"differ after {len(apart)} of {len(shares)} decisions" in shown
    assert "No estimate from sales: the other run drew no price at random" in " ".join(
        shown.split()
    )


def test_drawn_prices_tell_what_another_would_have_earned(
    tmp_path: Path, policies: Callable[[str, Any], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    recorded, drawn = market(tmp_path, seed=2)
    new = tmp_path / "new"
    file = policies("keep.json", KEEP)
    assert replay(recorded, "--policies", file, "--out", new, "--compare", drawn) == 0
    found = compared(new)["estimate"]["judgements"]["USD"]
    assert found["decisions"] >= (DAYS - 2) * len(SKUS)
    assert found["matches"] == pytest.approx(0.5 * found["decisions"], rel=0.15)
    assert found["coverage"]["mean"] == pytest.approx(1.0, abs=0.15)
    value, gain = (found["estimate"][name] for name in ("value", "gain"))
    assert value["lower"] < EARNED[1] < value["upper"]
    assert gain["lower"] < TRUE_GAIN < gain["upper"]
    assert "Profit per offer and window" in capsys.readouterr().out


def test_the_intervals_cover_the_truth_as_often_as_they_say(tmp_path: Path) -> None:
    shop = Replay(Settings(), [write(tmp_path / "shop", products(SKUS))], None, None)
    assert list(shop) == []
    margins = OfferMargins(shop.catalogues())
    covered = []
    for seed in range(50):
        old = PricingRun()
        for each in Recording([market(tmp_path / str(seed), seed)[1]]):
            old.add(each)
        new = PricingRun(old.prices)
        held = {"outcome": "held", "effective_at": START, "propensity": 1.0, "explanation": []}
        for sku in SKUS:
            told = held | {"sku": sku, "channel": "web", "price": "10.00", "previous_price": None}
            new.prices.add(entry("price-decisions", told, START))
        new.windows.update({window: WindowSales(0, "10.00", 7.0) for window in old.windows})
        judged = counterfactual(new.prices, old.prices, new.windows, old.windows, margins)
        found = judged.judgements["USD"].estimate
        assert found is not None
        covered += [not found.value.excludes(EARNED[1]), not found.gain.excludes(TRUE_GAIN)]
    assert np.mean(covered) >= 0.9


def test_prices_that_nobody_paid_tell_nothing(
    tmp_path: Path, policies: Callable[[str, Any], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, drawn = market(tmp_path, seed=1, days=5)
    sold = [order(sku, START + d * DAY + HOUR, 3, "10.00") for d in range(5) for sku in SKUS]
    recorded = write(tmp_path / "other", [*products(SKUS), *sold])
    replay(recorded, "--policies", policies("keep.json", KEEP), "--compare", drawn)
    assert "it is itself a what-if" in " ".join(capsys.readouterr().out.split())


def test_new_prices_drawn_by_lot_are_left_out_and_counted(
    tmp_path: Path, policies: Callable[[str, Any], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    recorded, drawn = market(tmp_path, seed=1, days=5)
    lot = [{"policy_id": "lot", "version": 1, "explore": {"kind": "thompson", "budget": "5%"}}]
    replay(recorded, "--policies", policies("lot.json", lot), "--compare", drawn)
    assert "the new policies draw prices at random themselves" in " ".join(
        capsys.readouterr().out.split()
    )
