"""Our own system: two workers, one for the journal and one for the prices."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from schemas.topics import PARTITIONS
from tests.benchmarks.load import TRAFFIC, Event, events, fill
from tests.benchmarks.processes import Process, cpu_seconds
from tests.benchmarks.published import Published, last_causes

#: Each competitor's price moves ours: no cooldown, no limit of changes a day.
POLICY = {
    "policy_id": "follow",
    "strategy": [{"kind": "match_competitor", "which": "lowest"}, {"kind": "keep"}],
    "guardrails": {},
}
#: A worker for the journal and one for the prices.
EACH_ROLE = ("ingest", "price")
LONGEST_SECONDS = 90
#: Seconds between looks at how far the groups are.
LOOK_SECONDS = 0.05
#: Events per second of event time.
EVENT_RATE = 80_000
JOURNAL = [TopicPartition("pricing-journal", p) for p in range(PARTITIONS)]
INPUTS = [TopicPartition(topic, p) for topic in TRAFFIC for p in range(PARTITIONS)]


@dataclass
class Throughput:
    """`seconds` from the first events taken, which do not count, to the last price committed."""

    events: int
    seconds: float
    cpu: dict[str, float]

    @property
    def rate(self) -> float:
        """Events per second."""
        return self.events / self.seconds


def worker(
    bootstrap: str,
    role: str,
    delivery: str = "exactly-once",
    instance: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> Process:
    """`pricetide worker`; `instance` tells those of a role apart, `variables` are settings."""
    command = [sys.executable, "-m", "streams.cli", "worker", "--bootstrap", bootstrap]
    flags = ["--role", role, "--log", "warning"]
    settings = {"PRICETIDE_INSTANCE": instance or role, "PRICETIDE_DELIVERY": delivery}
    return Process([*command, *flags], settings | dict(variables or {}))


def policies() -> Path:
    """The policy as a file."""
    path = Path(tempfile.mkdtemp(prefix="bench-")) / "policies.json"
    path.write_text(json.dumps(POLICY))
    return path


async def throughput(
    bootstrap: str, broker: int, number: int, offers: int, roles: Sequence[str] = EACH_ROLE
) -> Throughput:
    """Price `number` events that wait in the topics, by a worker of each of the roles; `broker` is
    its process id.
    """
    return await throughput_of(bootstrap, broker, events(number, offers, EVENT_RATE), roles=roles)


async def throughput_of(
    bootstrap: str,
    broker: int,
    load: Iterable[Event],
    variables: Mapping[str, str] | None = None,
    roles: Sequence[str] = EACH_ROLE,
) -> Throughput:
    """The same of any events; `variables` are settings of the workers."""
    total = await fill(bootstrap, load)
    topics = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    groups = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await asyncio.gather(topics.start(), groups.start())
    workers = {role: worker(bootstrap, role, variables=variables) for role in roles}
    pids = {role: process.pid for role, process in workers.items()} | {"broker": broker}
    try:
        async with Published(bootstrap) as published:
            end = sum((await topics.end_offsets(INPUTS)).values())
            deadline = time.monotonic() + LONGEST_SECONDS
            taken, begun, done = 0, 0.0, None
            last: list[int] = []
            before: dict[str, float] = {}
            while done is None:
                for process in workers.values():
                    process.require_running()
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{taken} of {end} events in {LONGEST_SECONDS} s")
                await asyncio.sleep(LOOK_SECONDS)
                if last:
                    done = published.since(last)
                    continue
                read = await committed(groups, "pricetide-ingest", INPUTS)
                if read and not begun:
                    begun, taken = time.monotonic(), read
                    before = {role: cpu_seconds(pid) for role, pid in pids.items()}
                if read == end:
                    last = await last_causes(bootstrap)
        cpu = {role: cpu_seconds(pid) - before[role] for role, pid in pids.items()}
        return Throughput(total - taken, done - begun, cpu)
    finally:
        for process in workers.values():
            process.stop()
        await asyncio.gather(topics.stop(), groups.close())


async def committed(
    groups: AIOKafkaAdminClient, group: str, partitions: list[TopicPartition]
) -> int:
    """Records of the partitions that a group is done with.

    Asked for in one request: the broker shares the cores with what is measured.
    """
    try:
        told = await groups.list_consumer_group_offsets(group, partitions=partitions)
    except GroupCoordinatorNotAvailableError:
        return 0  # no group has come yet
    return sum(max(found.offset, 0) for found in told.values())
