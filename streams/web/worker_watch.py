"""The workers as Kafka knows them: who has which partitions, and how far behind they are."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError

from streams.configuration.settings import Settings
from streams.errors import ExpectedError
from streams.journal import TOPIC as JOURNAL
from streams.kafka.access import INGESTED
from streams.kafka.admin import reach
from streams.kafka.clients import CLIENT, client, names
from streams.kafka.names import TopicNames

logger = logging.getLogger(__name__)

ASK_SECONDS = 5.0
#: Ends of partitions that are remembered, to tell how long ago a record came that is not done.
SAMPLES = 60


@dataclass(frozen=True)
class GroupMember:
    """A member of a group: where it runs, its release where it says so, and its partitions."""

    host: str
    release: str | None
    partitions: int


@dataclass(frozen=True)
class PartitionLag:
    """How many records of a partition are yet to be done, and whose they are."""

    topic: str
    partition: int
    records: int
    host: str | None


@dataclass(frozen=True)
class WorkerRole:
    """All workers of a role: `ingest` reads the inputs, `price` the journal.

    delay_seconds: how long ago the oldest record came that is not done, 0 where all are, at least
    so long where `delay_at_least`.
    """

    name: str
    state: str
    workers: Sequence[GroupMember]
    lags: Sequence[PartitionLag]
    delay_seconds: float
    delay_at_least: bool = False

    @property
    def lag(self) -> int:
        """Records that are yet to be done."""
        return sum(each.records for each in self.lags)


@dataclass
class WorkerWatch:
    """Asks Kafka now and then; `problem` says why nothing is known, empty where something is."""

    settings: Settings
    roles: Sequence[WorkerRole] = ()
    problem: str = "Kafka has not been asked yet."
    _ends: dict[TopicPartition, deque[tuple[float, int]]] = field(default_factory=dict)
    _admin: KafkaAdminClient | None = None

    async def run(self) -> None:
        """Ask until cancelled, which waits for no answer: Kafka may hang.

        The thread that asks closes its client itself. One that is closed beneath a question may
        never answer it.
        """
        ended = threading.Event()
        threading.Thread(target=self._keep_asking, args=[ended], daemon=True).start()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    def _keep_asking(self, ended: threading.Event) -> None:
        self.ask()
        while not ended.wait(ASK_SECONDS):
            self.ask()
        self._close()

    def ask(self) -> None:
        """Ask once; whatever goes wrong is said on the page."""
        try:
            if self._admin is None:
                self._admin = reach(client(self.settings))
            self.roles = self._asked(self._admin, names(self.settings))
            self.problem = ""
        except (KafkaError, ExpectedError, OSError) as error:
            self.roles, self.problem = (), f"Kafka does not say: {error}"
            self._close()
        except Exception:
            # what only informs must not end what people work with
            logger.exception("the workers could not be asked for")
            self.roles, self.problem = (), "Kafka's answer was not understood; the log says why."
            self._close()

    def _close(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None:
            admin.close()

    def _asked(self, admin: KafkaAdminClient, called: TopicNames) -> list[WorkerRole]:
        app = self.settings.app
        wanted = {
            "ingest": (f"{app}-ingest", [called.outer(topic) for topic in sorted(INGESTED)]),
            "price": (app, [called.outer(JOURNAL)]),
        }
        topics = {topic for _, some in wanted.values() for topic in some}
        places = [
            TopicPartition(each["name"], part["partition_index"])
            for each in admin.describe_topics(sorted(topics))
            if not each["error_code"]
            for part in each["partitions"]
        ]
        now = time.monotonic()
        begins = _offsets(admin, places, OffsetSpec.EARLIEST)
        ends = _offsets(admin, places, OffsetSpec.LATEST)
        for place, end in ends.items():
            self._ends.setdefault(place, deque(maxlen=SAMPLES)).append((now, end))
        groups = [group for group, _ in wanted.values()]
        described = admin.describe_groups(groups)
        done = admin.list_group_offsets(groups)
        found = []
        for role, (group, some) in wanted.items():
            committed = {place: held.offset for place, held in done.get(group, {}).items()}
            mine = [place for place in places if place.topic in some]
            left = {
                place: max(0, ends[place] - max(committed.get(place, -1), begins[place]))
                for place in mine
            }
            members = described[group].get("members") or ()
            hosts = _owners(members)
            delays = [self._delay(p, ends[p] - n, now) for p, n in left.items() if n]
            delay, at_least = max(delays, default=(0.0, False))
            found.append(
                WorkerRole(
                    role,
                    str(described[group].get("group_state") or "unknown").lower(),
                    [_process(member) for member in members],
                    [
                        PartitionLag(called.inner(p.topic), p.partition, n, hosts.get(p))
                        for p, n in left.items()
                    ],
                    delay,
                    at_least,
                )
            )
        return found

    def _delay(self, place: TopicPartition, done: int, now: float) -> tuple[float, bool]:
        """Seconds since the partition ended where its group is; whether it is longer still."""
        samples = self._ends[place]
        for at, end in reversed(samples):
            if end <= done:
                return now - at, False
        return now - samples[0][0], True


def _offsets(
    admin: KafkaAdminClient, places: Sequence[TopicPartition], which: Any
) -> dict[TopicPartition, int]:
    found = admin.list_partition_offsets(dict.fromkeys(places, which))
    return {place: held.offset for place, held in found.items()}


def _assigned(member: Mapping[str, Any]) -> list[TopicPartition]:
    assignment = member.get("member_assignment") or {}
    if hasattr(assignment, "to_dict"):
        assignment = assignment.to_dict()
    if not isinstance(assignment, Mapping):
        return []
    return [
        TopicPartition(each["topic"], number)
        for each in assignment.get("assigned_partitions") or ()
        for number in each["partitions"]
    ]


def _owners(members: Sequence[Mapping[str, Any]]) -> dict[TopicPartition, str]:
    return {place: _host(member) for member in members for place in _assigned(member)}


def _host(member: Mapping[str, Any]) -> str:
    return str(member.get("client_host") or "").lstrip("/")


def _process(member: Mapping[str, Any]) -> GroupMember:
    known = str(member.get("client_id") or "")
    release = known.removeprefix(CLIENT) if known.startswith(CLIENT) else None
    return GroupMember(_host(member), release, len(_assigned(member)))
