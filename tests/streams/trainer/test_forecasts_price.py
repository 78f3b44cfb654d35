"""A trained model's forecasts move the prices of known offers, and a replay needs no model.

A shop sells for a season; a model is trained on it. Then a pricer begins that knows nothing of it,
beside the model's daily curves. Everything goes through the pricer's own lines.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from online_models.training.curves import Speaker, curves
from online_models.training.dataset import build as dataset
from online_models.training.models import build
from online_models.training.recorded_observations import RecordedObservations
from online_models.training.saved_models import from_bytes, to_bytes, trained
from schemas.values.instants import DAY, to_text
from streams.trainer.source import observed

START = 19_723 * DAY
OFFERS, PAST, LIVE = 40, 90, 12
ELASTICITY = -6.0
BASE = np.random.default_rng(1).uniform(4.0, 16.0, OFFERS)

#: The pricer's lines, on a machine without what models are made of. River's two drift detectors,
#: plain sums and comparisons, are a part of the pricer.
WITHOUT = """
import sys
class Away:
    def find_spec(self, name, path=None, target=None):
        top, _, rest = name.partition(".")
        detectors = ("__version__", "_river_rust", "base", "drift", "stats", "utils")
        river = top == "river" and rest and not rest.startswith(detectors)
        if top in ("tensorflow", "keras", "sklearn", "skops") or river:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Away())
from streams.cli import main
sys.exit(main(["pipe"]))
"""


def product(offer: int) -> dict[str, Any]:
    return {
        "sku": f"s{offer}",
        "name": "Thing",
        "currency": "EUR",
        "price": "10.00",
        "cost": f"{3 + offer % 6}.00",
        "category": f"c/{offer % 2}",
    }


def sold(prices: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.poisson(BASE * (prices / 10.0) ** ELASTICITY)


def season() -> RecordedObservations:
    """The past: prices moved by a tenth, for no reason that customers had."""
    rng, found = np.random.default_rng(2), RecordedObservations()
    for offer in range(OFFERS):
        found.product(product(offer))
    for day in range(-PAST, 0):
        prices = np.rint(1000 * np.exp(rng.normal(0.0, 0.1, OFFERS))) / 100
        for offer, units in enumerate(sold(prices, rng)):
            start = START + day * DAY
            found.observe(
                {
                    "sku": f"s{offer}",
                    "channel": "web",
                    "bucket_start": to_text(start),
                    "bucket_end": to_text(start + DAY),
                    "units": int(units),
                    "views": 0,
                    "price": f"{prices[offer]:.2f}",
                    "stocked_out": False,
                }
            )
    return found


class Pipe:
    """The pricer on lines: what was said to it, and what it answered."""

    def __init__(self, *command: str) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([sys.executable, *command], stdin=pipe, stdout=pipe)
        self.said: list[bytes] = []
        self.heard: list[bytes] = []

    def say(self, topic: str, key: str | None, value: dict[str, Any], at: int) -> None:
        assert self.process.stdin is not None
        line = json.dumps({"topic": topic, "key": key, "value": value, "timestamp": at})
        self.said.append(line.encode() + b"\n")
        self.process.stdin.write(self.said[-1])

    def tick(self, at: int) -> list[tuple[str, dict[str, Any]]]:
        self.say("pricing-control", None, {"kind": "tick", "time": to_text(at)}, at)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.flush()
        found = []
        while True:
            line = self.process.stdout.readline()
            assert line, "the pricer has ended"
            self.heard.append(line)
            record = json.loads(line)
            if record["topic"] == "pricing-control":
                return found
            found.append((record["topic"], record["value"]))

    def close(self) -> None:
        self.process.communicate()
        assert self.process.returncode == 0


def season_begins(pipe: Pipe, speaker: Speaker, panel: RecordedObservations) -> Iterator[Any]:
    """The first days, one by one: yields the decisions."""
    rng, prices = np.random.default_rng(3), np.full(OFFERS, 10.0)
    for offer in range(OFFERS):
        pipe.say("products", f"s{offer}", product(offer), START)
    for day in range(LIVE):
        at, seen = START + day * DAY, panel.observations()
        for said in curves(speaker, panel, seen, DAY, DAY):
            pipe.say("demand-forecasts", said["sku"], said, at + 1)
        for offer, units in enumerate(sold(prices, rng)):
            line = {"sku": f"s{offer}", "unit_price": f"{prices[offer]:.2f}"}
            for place in range(int(units)):
                order = {
                    "order_id": f"{day}-{offer}-{place}",
                    "time": to_text(at + 3_600_000),
                    "currency": "EUR",
                    "lines": [{**line, "quantity": 1}],
                }
                pipe.say("orders", None, order, at + 3_600_000)
        for topic, value in pipe.tick(at + DAY):
            if topic == "price-changes":
                prices[int(value["sku"][1:])] = float(value["price"])
            elif topic == "demand-observations":
                panel.observe(value)
            elif topic == "price-decisions":
                yield value


@pytest.mark.parametrize(
    "kind",
    [
        "forest",
        pytest.param("gru", marks=[pytest.mark.deep, pytest.mark.slow]),
        pytest.param("lstm", marks=[pytest.mark.deep, pytest.mark.slow]),
    ],
)
def test_it_moves_prices_of_known_offers_and_a_replay_needs_no_model(kind: str) -> None:
    pytest.importorskip("skops", reason="skops is not installed (the `sklearn` extra)")
    panel = season()
    seen, spec = observed(panel, None)
    fitted = trained(build(kind).fit(dataset(seen, panel.offers(), spec, skip=14)))
    kept = from_bytes({"name": kind, "hyper": {}}, to_bytes(fitted))
    pipe = Pipe("-m", "streams.cli", "pipe")
    moved = [
        decision["sku"]
        for decision in season_begins(pipe, Speaker(kind, "1", kept, spec), panel)
        for member in decision["explanation"][0]["detail"].get("forecasts", [])
        if decision["outcome"] == "changed"
        and (member["model"], member["version"]) == (kind, "1")
        and member["price_without"] != decision["explanation"][0]["output"]
    ]
    pipe.close()
    assert len(set(moved)) > OFFERS / 4

    again = subprocess.run(
        [sys.executable, "-c", WITHOUT], input=b"".join(pipe.said), capture_output=True, check=True
    )
    assert again.stdout == b"".join(pipe.heard)
