"""A model's forecasts move the prices of known offers, and a replay needs no model.

A shop sells for a season; a model learns it, trained on it as a whole or window by window. Then a
pricer begins that knows nothing of it, beside the model's daily curves. Everything goes through the
pricer's own lines.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

import numpy as np
import pytest

from online_models.forecasting.forecaster import Forecaster
from online_models.forecasting.observed import ObservedWindow, read
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


def season() -> Iterator[dict[str, Any]]:
    """The past, window by window: prices moved by a tenth, for no reason that customers had."""
    rng = np.random.default_rng(2)
    for day in range(-PAST, 0):
        prices = np.rint(1000 * np.exp(rng.normal(0.0, 0.1, OFFERS))) / 100
        for offer, units in enumerate(sold(prices, rng)):
            start = START + day * DAY
            yield {
                "sku": f"s{offer}",
                "channel": "web",
                "bucket_start": to_text(start),
                "bucket_end": to_text(start + DAY),
                "units": int(units),
                "views": 0,
                "price": f"{prices[offer]:.2f}",
                "stocked_out": False,
            }


class Model(Protocol):
    """What is told of closed windows, and says curves of those to come."""

    version: str

    def observe(self, window: dict[str, Any]) -> None:
        """Take in a window of an offer."""

    def says(self) -> Iterable[dict[str, Any]]:
        """Records of `demand-forecasts`."""


class Trained:
    """A model of the zoo, trained on the season, that was saved and loaded again."""

    version = "1"

    def __init__(self, kind: str) -> None:
        pytest.importorskip("skops", reason="skops is not installed (the `sklearn` extra)")
        self.panel = RecordedObservations()
        for offer in range(OFFERS):
            self.panel.product(product(offer))
        for window in season():
            self.panel.observe(window)
        seen, spec = observed(self.panel, None)
        fitted = trained(build(kind).fit(dataset(seen, self.panel.offers(), spec, skip=14)))
        kept = from_bytes({"name": kind, "hyper": {}}, to_bytes(fitted))
        self.speaker = Speaker(kind, self.version, kept, spec)

    def observe(self, window: dict[str, Any]) -> None:
        self.panel.observe(window)

    def says(self) -> Iterable[dict[str, Any]]:
        return curves(self.speaker, self.panel, self.panel.observations(), DAY, DAY)


class River:
    """A pipeline as the role `forecast` runs it."""

    def __init__(self) -> None:
        parts = ("preprocessing.StandardScaler", "linear_model.BayesianLinearRegression")
        pipeline = {
            "model": "river.compose.Pipeline",
            "args": [{"model": f"river.{part}"} for part in parts],
        }
        self.forecaster = Forecaster("river", pipeline)
        self.version = self.forecaster.version
        self.newest: list[ObservedWindow] = []
        for _, windows in groupby(season(), itemgetter("bucket_start")):
            for window in windows:
                self.observe(window)
            self.forecaster.learn(self.newest)

    def observe(self, window: dict[str, Any]) -> None:
        found = read(json.dumps(window).encode())
        if self.newest and found.start > self.newest[-1].start:
            self.newest = []
        self.newest.append(found)

    def says(self) -> Iterable[dict[str, Any]]:
        if self.newest[-1].start >= START:
            self.forecaster.learn(self.newest)
        return self.forecaster.curves(self.newest, DAY)


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


def season_begins(pipe: Pipe, model: Model) -> Iterator[Any]:
    """The first days, one by one: yields the decisions."""
    rng, prices = np.random.default_rng(3), np.full(OFFERS, 10.0)
    # no step is too large: under one, prices that differ may be the same for weeks
    free = {"policy_id": "free", "select": {}, "strategy": [{"kind": "optimise"}]}
    pipe.say("pricing-policies", "free", free, START)
    for offer in range(OFFERS):
        pipe.say("products", f"s{offer}", product(offer), START)
    for day in range(LIVE):
        at = START + day * DAY
        for said in model.says():
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
                model.observe(value)
            elif topic == "price-decisions":
                yield value


@pytest.mark.parametrize(
    "kind",
    [
        "river",
        "forest",
        pytest.param("gru", marks=[pytest.mark.deep, pytest.mark.slow]),
        pytest.param("lstm", marks=[pytest.mark.deep, pytest.mark.slow]),
    ],
)
def test_it_moves_prices_of_known_offers_and_a_replay_needs_no_model(kind: str) -> None:
    model: Model = River() if kind == "river" else Trained(kind)
    pipe = Pipe("-m", "streams.cli", "pipe")
    moved = [
        decision["sku"]
        for decision in season_begins(pipe, model)
        for member in decision["explanation"][0]["detail"].get("forecasts", [])
        if decision["outcome"] == "changed"
        and (member["model"], member["version"]) == (kind, model.version)
        and member["price_without"] != decision["explanation"][0]["output"]
    ]
    pipe.close()
    assert len(set(moved)) > OFFERS / 4

    assert replayed(pipe.said) == b"".join(pipe.heard)
    # the same shop with the model switched off
    off = replayed([line for line in pipe.said if b'"topic": "demand-forecasts"' not in line])
    on, without = (prices(lines) for lines in (b"".join(pipe.heard), off))
    assert sum(on[sku] != without.get(sku) for sku in set(moved)) > OFFERS / 4


def replayed(lines: list[bytes]) -> bytes:
    """What the pricer answers on a machine without what models are made of."""
    command = [sys.executable, "-c", WITHOUT]
    return subprocess.run(command, input=b"".join(lines), capture_output=True, check=True).stdout


def prices(lines: bytes) -> dict[str, list[str]]:
    """The prices that each SKU was given, in their order."""
    found: dict[str, list[str]] = {}
    for record in map(json.loads, lines.splitlines()):
        if record["topic"] == "price-changes":
            found.setdefault(record["value"]["sku"], []).append(record["value"]["price"])
    return found
