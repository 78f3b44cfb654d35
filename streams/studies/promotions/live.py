"""Promotions of a shop that is live: planned, started, watched, and judged when they are over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from online_models.fold.state import State
from online_models.studies.promotions.brought import results
from online_models.studies.promotions.candidates import Learnt
from online_models.studies.promotions.ended import (
    PromotedWindows,
    ended_announced,
    ended_plans,
)
from online_models.studies.promotions.plan import plan
from online_models.studies.promotions.planned import record
from online_models.studies.promotions.running import losing
from online_models.studies.promotions.standing import StandingPlan
from online_models.studies.promotions.whole_shop import WholeShop
from online_models.training.recorded_observations import RecordedObservations
from schemas.records.prices.promotion_results import IDENTITY
from schemas.records.record import RecordError
from schemas.topics import topic
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.journal import TOPIC as JOURNAL
from streams.kafka.clients import producer
from streams.pricer.recovery import recover
from streams.recording.recorder import partition_counts
from streams.studies.promotions.asking import latest
from streams.studies.promotions.plans import TOPIC as PLANS
from streams.trainer.source import NothingToLearn, panel_of

logger = logging.getLogger(__name__)

RESULTS, PROMOTIONS = "promotion-results", "promotions"
NONE_ASKS = (
    "no promotion was ever announced, and no policy asks for any: give one "
    '"promotions": {"budget": "500.00"}'
)


@dataclass(frozen=True)
class LiveRound:
    """Records of one round: new plans; promotions that it starts, or ends by `cancelled`; and what
    those brought that are over. `now` is the event time of the shop, ms.
    """

    plans: list[dict[str, Any]]
    started: list[dict[str, Any]]
    stopped: list[dict[str, Any]]
    results: list[dict[str, Any]]
    now: int

    def records(self) -> list[tuple[str, dict[str, Any]]]:
        """All of them with their topics. A plan comes before its promotion: one that was written
        down is started by the next round, where this one does not come so far.
        """
        return [
            *((PLANS, each) for each in self.plans),
            *((PROMOTIONS, each) for each in self.started),
            *((PROMOTIONS, each) for each in self.stopped),
            *((RESULTS, each) for each in self.results),
        ]


def live_round(settings: Settings, folder: Path) -> LiveRound:
    """Look at the live shop, and say what is to be done; windows lie in `folder` meanwhile.

    Raises
    ------
    InputError
        Nobody promotes and no policy asks for promotions, or nothing has been observed yet.
    """
    shop = WholeShop.of(asyncio.run(_states(settings)))
    if not shop.policies() and not shop.promotes():
        raise InputError(NONE_ASKS)
    windows = _windows(settings, shop, folder)
    learnt = Learnt.of(shop, [windows.seen])
    made = list(_read(asyncio.run(latest(settings, PLANS, "plan_id"))))
    known = asyncio.run(latest(settings, RESULTS, *IDENTITY))
    judged = {tuple(each.get(name) for name in IDENTITY) for each in known}
    return next_round(learnt, windows, made, judged)


def next_round(
    learnt: Learnt,
    windows: PromotedWindows,
    made: Sequence[StandingPlan],
    judged: Collection[tuple[Any, ...]],
) -> LiveRound:
    """What follows from the shop, the windows it was learnt from, the plans that were made, and the
    identities of the promotions that were judged.
    """
    shop, now = learnt.shop, learnt.shop.now
    waiting, running, declined, over = [], [], [], []
    for each in made:
        stands = shop.promotion(each.plan_id)
        begun = each.start <= now
        if each.end <= now or (begun and stands is False):
            over.append(each)
        elif stands:
            running.append(each)
        elif stands is False:
            declined.append(replace(each, discount=0, cost=0))
        elif not begun:
            waiting.append(each)
    planning = {name: policy.promotions for name, policy in shop.policies().items()}
    stopping = {name for name, each in planning.items() if each and each.stop_losing}
    starting = {name for name, each in planning.items() if each and each.start == "start"}
    ends = losing(learnt, [p for p in running if p.start <= now and p.policy_id in stopping])
    ended = {each.plan_id for each in ends}
    standing = [*waiting, *(each for each in running if each.plan_id not in ended), *declined]
    plans = [record(each, now) for each in plan(learnt, standing)]
    ended_ones = [
        *ended_plans(learnt, over),
        *ended_announced(learnt, windows, {each.plan_id for each in made}),
    ]
    to_start = [*(each.document for each in waiting), *plans]
    return LiveRound(
        plans=plans,
        started=[dict(each) for each in to_start if each["policy_id"] in starting],
        stopped=[{**each.document, "cancelled": True} for each in ends],
        results=list(results(learnt, [each for each in ended_ones if each.identity not in judged])),
        now=now,
    )


def send(settings: Settings, done: LiveRound) -> None:
    """Write a round's records, in their order; returns when Kafka has them."""

    async def run() -> None:
        writer = producer(settings, enable_idempotence=True)
        await writer.start()
        try:
            for name, value in done.records():
                found = topic(name)
                found.adapter.validate_python(value)
                key = (found.key_of(value) or "").encode()
                # one after another: a plan is there before its promotion
                sent = await writer.send(
                    name, msgspec.json.encode(value), key=key, timestamp_ms=done.now
                )
                await sent
        finally:
            await writer.stop()

    asyncio.run(run())


async def _states(settings: Settings) -> list[State]:
    count = partition_counts(settings, [JOURNAL])[JOURNAL]
    return [(await recover(settings, number)).fold.state for number in range(count)]


def _windows(settings: Settings, shop: WholeShop, folder: Path) -> PromotedWindows:
    """What was sold in the last `train_days`."""
    found = panel_of((), settings, settings.train_days, folder)
    if not len(found):
        raise NothingToLearn("there are no records of demand-observations")
    return promoted_windows(shop, found)


def promoted_windows(shop: WholeShop, found: RecordedObservations) -> PromotedWindows:
    """Recorded windows of the offers that the shop knows."""
    seen, promotion = found.promoted_observations()
    row = np.array([shop.row(*each) for each in found.listed], np.int64)[seen.offer]
    ours = row >= 0
    mine = replace(seen.take(ours), offer=row[ours])
    return PromotedWindows(mine, promotion[ours], found.promotions.names)


def _read(documents: Iterable[Mapping[str, Any]]) -> Iterable[StandingPlan]:
    """The plans among them; one that is none is said, and passed over."""
    for each in documents:
        try:
            yield StandingPlan.read(each)
        except RecordError as error:
            logger.warning("a record of %s is passed over: %s", PLANS, error)
