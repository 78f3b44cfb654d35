"""A merchant begins in the shadow for sixty days, and then goes live."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from online_models.demand.curves import DemandContext
from online_models.market import compose
from online_models.market.calendar import day_start
from online_models.market.market import Market
from online_models.market.records import TopicRecord, opening, records
from schemas.values.instants import to_ms, to_text
from streams.cli import main
from streams.configuration.settings import Settings
from streams.replay.replay import Replay
from tests.integration.shop.conftest import PARTITIONS
from tests.integration.shop.kafka_shop import KafkaShop
from tests.integration.shop.truth import assert_exactly
from tests.integration.shop.worker import Worker

pytestmark = pytest.mark.integration

#: Sales a day of an offer, and days in the shadow and live.
SALES, SHADOW, LIVE = 30.0, 60, 6
INPUTS = ["products", "orders", "clickstream", "competitor-prices", "pricing-policies"]


class Belief(NamedTuple):
    """What is believed of an offer's elasticity."""

    mean: float
    deviation: float


class ShopOnTrial:
    """A market behind a shop that shows its own prices, or, told to, those of `price-changes`."""

    def __init__(self, shop: KafkaShop, offers: int) -> None:
        self.shop = shop
        self.market: Market = compose("plain", 11, offers, SALES)
        self.skus = list(self.market.assortment.skus)
        self.prices = self.market.assortment.first_price.copy()
        #: What was shown, in minor units, by SKU and day's first instant.
        self.shown: dict[tuple[str, int], int] = {}
        self._random = np.random.default_rng(11)
        self._base = self.prices.astype(np.float64)
        self._send(opening(self.market.assortment))

    def policy(self, version: int, *, shadow: bool) -> None:
        """Publish the policy."""
        value = {"policy_id": "p", "version": version, "strategy": [{"kind": "optimise"}]}
        value |= {"guardrails": {"max_step_up": "5%", "max_step_down": "5%"}, "shadow": shadow}
        self._send([TopicRecord("pricing-policies", "p", value, day_start(self.market.today))])

    def wander(self) -> None:
        """The merchant moves some prices."""
        moved = self._random.random(len(self.prices)) < 0.3
        tried = self._base * np.exp(self._random.normal(0.0, 0.12, len(self.prices)))
        self.prices = np.where(moved, np.rint(tried).astype(np.int64), self.prices)

    def follow(self) -> None:
        """Take over the prices published."""
        for change in told(self.shop, "price-changes"):
            place = self.skus.index(change["sku"])
            self.prices[place] = round(100 * float(change["price"]))

    def day(self) -> None:
        """Sell for a day."""
        day = self.market.today
        for sku, price in zip(self.skus, self.prices.tolist(), strict=True):
            self.shown[sku, day_start(day)] = price
        events = self.market.day(self.prices)
        self._send(records(self.market.assortment, self.market.competitors.names, events))

    def tick(self) -> None:
        """Say that the day is over."""
        now = day_start(self.market.today)
        tick = {"kind": "tick", "time": to_text(now), "actor": "test"}
        self._send([TopicRecord("pricing-control", "", tick, now)])

    def _send(self, told: list[TopicRecord]) -> None:
        for topic, key, value, timestamp in (
            (r.topic, r.key.encode() or None, json.dumps(r.value).encode(), r.timestamp)
            for r in told
        ):
            self.shop.put(topic, value, key, timestamp)
        self.shop.producer.flush()


def told(shop: KafkaShop, topic: str) -> list[dict[str, Any]]:
    return [json.loads(record.value) for record in shop.read([topic])]


def beliefs(shop: KafkaShop, folder: Path, topics: list[str]) -> dict[str, Belief]:
    """What a pricer believes that reads what these topics have now."""
    assert main(["record", *topics, "--out", str(folder), "--bootstrap", shop.bootstrap]) == 0
    replay = Replay(Settings(partitions=shop.partitions), [folder], None, None)
    for _ in replay:
        pass
    found = {}
    for state in replay.states():
        rows = np.arange(state.catalogue.offers.size)
        price = state.catalogue.offers.catalogue_price[rows].astype(np.float64)
        now = np.full(len(rows), state.clock.now)
        curves = state.demand.curves(rows, DemandContext.at_prices(now, price))
        for row in rows.tolist():
            deviation = float(np.sqrt(curves.elasticity_variance[row]))
            name = state.catalogue.offer_name(row)[0]
            found[name] = Belief(float(curves.elasticity[row]), deviation)
    return found


def goes_live(
    shop: KafkaShop,
    start: Callable[..., Worker],
    expected: Callable[..., list[Any]],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    offers: int,
    live: int,
) -> None:
    trial = ShopOnTrial(shop, offers)
    trial.policy(1, shadow=True)
    worker = start("w0", PRICETIDE_BUCKET="P1D")
    for _ in range(SHADOW):
        trial.wander()
        trial.day()
        # a day lasts longer than a round of reading: what is read of one partition is not days
        # ahead of what another has
        shop.ingested(worker)
    trial.tick()
    shop.settle(worker)

    decisions = told(shop, "price-decisions")
    assert {decision["sku"] for decision in decisions} == set(trial.skus)
    assert {decision["shadow"] for decision in decisions} == {True}
    assert told(shop, "price-changes") == []
    # what was learnt from is what the shop showed
    seen = [o for o in told(shop, "demand-observations") if o["units"]]
    assert len(seen) > offers * (SHADOW - 5) * 0.9
    for each in seen:
        shown = trial.shown[each["sku"], to_ms(each["bucket_start"])]
        assert each["price"] == f"{shown / 100:.2f}", each
    # and it is what a replay of the inputs learns, and the truth
    learnt = beliefs(shop, folder / "journal", ["pricing-journal"])
    replayed = beliefs(shop, folder / "inputs", INPUTS)
    truth = -trial.market.elasticities(trial.prices)
    for sku, true in zip(trial.skus, truth.tolist(), strict=True):
        assert abs(learnt[sku].mean - replayed[sku].mean) < 0.5 * learnt[sku].deviation
        assert abs(learnt[sku].mean - true) < 3.5 * learnt[sku].deviation
    assert main(["trial", str(folder / "journal"), "--json", "--partitions", str(PARTITIONS)]) == 0
    (part,) = json.loads(capsys.readouterr().out.splitlines()[-1])["trials"]
    assert part["judged_offers"] == offers
    assert part["total"]["gain"]["upper"] > 0.0

    trial.policy(2, shadow=False)
    for _ in range(live):
        trial.day()
        trial.tick()
        shop.settle(worker)
        trial.follow()
    changes = told(shop, "price-changes")
    first = {change["sku"]: change for change in reversed(changes)}
    assert len(first) > offers // 2
    went_live = day_start(SHADOW)
    for sku, change in first.items():
        shown = trial.shown[sku, went_live]
        assert (change["revision"], change["previous_price"]) == (1, f"{shown / 100:.2f}")
    # the posterior goes on: no narrower belief is forgotten, none jumps
    after = beliefs(shop, folder / "after", ["pricing-journal"])
    for sku, before in learnt.items():
        assert after[sku].deviation < 1.1 * before.deviation
        assert abs(after[sku].mean - before.mean) < 2.0 * before.deviation
    assert worker.stop() == 0, worker.tail()
    assert_exactly(shop.published(), expected(bucket="P1D"))


def test_nothing_learnt_is_lost_and_nothing_false_is_learnt(
    shop: KafkaShop,
    start_worker: Callable[..., Worker],
    expected: Callable[..., list[Any]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    goes_live(shop, start_worker, expected, tmp_path, capsys, offers=6, live=LIVE)
