"""Promotions planned from a recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from online_models.studies.promotions.candidates import Learnt
from online_models.studies.promotions.past import LEAST_DEPTH
from online_models.studies.promotions.plan import plan
from online_models.studies.promotions.planned import record
from online_models.studies.promotions.whole_shop import WholeShop
from streams.configuration.policy_file import PolicyRecord
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.kafka.clients import producer
from streams.studies.observed import ObservedRecording
from streams.studies.promotions.asking import latest


@dataclass(frozen=True)
class RecordedPlans:
    """Plans as records of their topic.

    now: the end of the recording, ms. tried: whether a promotion ran in it. not_taken: what of it
        was refused, a line for each kind.
    """

    records: list[dict[str, Any]]
    now: int
    tried: bool
    not_taken: list[str]


def planned(
    settings: Settings, paths: list[Path], policies: list[PolicyRecord] | None
) -> RecordedPlans:
    """Plan by the recorded policies, or by those given; InputError where none asks for it."""
    by_day = settings.model_copy(update={"bucket": "P1D"})
    observed = ObservedRecording(by_day, paths, policies=policies)
    with observed.progress() as then:
        then("planning")
        book = observed.state.pricing.book.slots
        if not any(policy is not None and policy.promotions for policy in book):
            raise InputError(
                'no policy asks for promotions: give one "promotions": {"budget": "500.00"}'
            )
        found = plan(Learnt.of(WholeShop.of([observed.state]), observed.parts))
    now = observed.state.clock.now
    return RecordedPlans(
        records=[record(each, now) for each in found],
        now=now,
        tried=any((part.promotion >= LEAST_DEPTH).any() for part in observed.parts),
        not_taken=observed.not_taken(),
    )


TOPIC = "promotion-plans"


def encoded(plan: dict[str, Any]) -> tuple[bytes, bytes]:
    """Key and value of a plan's record."""
    return plan["sku"].encode(), msgspec.json.encode(plan)


async def publish(settings: Settings, plans: Sequence[dict[str, Any]], now: int) -> int:
    """Send the plans that the topic does not hold yet, stamped `now` (ms); how many that were.

    RecordingError where the topic is missing, TopicsError or KafkaError where no Kafka answers.
    """
    known = {plan.get("plan_id") for plan in await latest(settings, TOPIC, "plan_id")}
    new = [plan for plan in plans if plan["plan_id"] not in known]
    writer = producer(settings, enable_idempotence=True)
    await writer.start()
    try:
        for key, value in map(encoded, new):
            await writer.send(TOPIC, value, key=key, timestamp_ms=now)
        await writer.flush()
    finally:
        await writer.stop()
    return len(new)
