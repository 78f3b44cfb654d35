"""Create the topics of the registry, or check them against it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka.errors import KafkaError as AsyncKafkaError
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import (
    KafkaError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
    for_code,
)

from schemas.topics import Topic
from streams.errors import ExpectedError

logger = logging.getLogger(__name__)

#: Let the cluster choose.
DEFAULT = -1
#: Long enough for a cluster that is restarting, short enough for somebody who mistyped its name.
REACH_MS = 10_000
#: Seconds for brokers that were reached to answer; between attempts, and between lines that say so.
PATIENCE_SECONDS, RETRY_SECONDS, SAY_SECONDS = 300.0, 1.0, 60.0

MIGRATE = """\
it is fixed at creation, for it decides in which order events meet, and so the prices. To migrate: \
record, recreate, replay. Stop the workers and keep the inputs (`pricetide record TOPIC… --out \
DIR`), delete the topics, create them with `pricetide topics --partitions N`, and price the \
recording anew (`pricetide replay DIR`)"""


class TopicsError(ExpectedError):
    """The topics can't be created or checked; the message says which and why."""


@dataclass(frozen=True)
class SettingDifference:
    """A setting of an existing topic that isn't what the registry wants."""

    topic: str
    setting: str
    wanted: str
    found: str


@dataclass(frozen=True)
class TopicsReport:
    """What was found: names of missing topics (created, unless only checked), and differences."""

    existing: tuple[str, ...]
    missing: tuple[str, ...]
    differences: tuple[SettingDifference, ...]


def create_topics(
    client: Mapping[str, Any],
    topics: Iterable[Topic],
    *,
    partitions: int | None = None,
    replication: int | None = None,
    check: bool = False,
) -> TopicsReport:
    """Create the topics that are missing, and compare those that exist.

    Parameters
    ----------
    client
        Options of a Kafka client: `bootstrap_servers`, and what security takes.
    topics
        The wanted topics.
    partitions
        Instead of the registry's number; broadcast topics have one all the same.
    replication
        Replication factor of new topics, and to compare with; the cluster's own if None.
    check
        Change nothing.

    Raises
    ------
    TopicsError
        Kafka can't be reached or refuses; or a topic whose number of partitions decides the prices
        has another one. Nothing is created then.
    """
    wanted = {topic.name: topic for topic in topics}
    counts = _counts(wanted, partitions)
    admin = reach(client)
    try:
        described = {each["name"]: each for each in admin.describe_topics(list(wanted))}
        found = {name: described[name] for name in wanted if not described[name]["error_code"]}
        missing = [name for name in wanted if name not in found]
        differences = [
            *_partition_differences(wanted, counts, found, check=check),
            *_replication_differences(replication, found),
            *_setting_differences(admin, [wanted[name] for name in found]),
        ]
        if missing and not check:
            _create(admin, [wanted[name] for name in missing], counts, replication)
    except KafkaError as error:
        raise TopicsError(f"Kafka refused: {error}") from error
    finally:
        admin.close()
    return TopicsReport(tuple(found), tuple(missing), tuple(differences))


def provide_topics(
    client: Mapping[str, Any], topics: Iterable[Topic], *, partitions: int
) -> tuple[str, ...]:
    """Create the topics that are missing, as a worker does that starts; returns their names.

    Settings are not compared, and topics that this client may not look at are left alone: a worker
    has few rights. Brokers that were reached and answer late, such as some that start, are asked
    again for PATIENCE_SECONDS.

    Raises
    ------
    TopicsError
        As `create_topics` does.
    """
    wanted = {topic.name: topic for topic in topics}
    counts = _counts(wanted, partitions)
    admin = reach(client)
    begun = time.monotonic()
    said = -SAY_SECONDS
    try:
        while True:
            try:
                return _provide(admin, wanted, counts)
            except KafkaError as error:
                waited = time.monotonic() - begun
                if not error.retriable or waited > PATIENCE_SECONDS:
                    raise TopicsError(f"Kafka refused: {error}") from error
                if waited - said >= SAY_SECONDS:
                    said = waited
                    logger.warning("waits for Kafka to say which topics there are: %r", error)
            time.sleep(RETRY_SECONDS)
    finally:
        admin.close()


def _provide(
    admin: KafkaAdminClient, wanted: Mapping[str, Topic], counts: Mapping[str, int]
) -> tuple[str, ...]:
    """Create the topics that are missing; returns their names. KafkaError, TopicsError."""
    described = {each["name"]: each for each in admin.describe_topics(list(wanted))}
    found = {name: each for name, each in described.items() if not each["error_code"]}
    _partition_differences(wanted, counts, found, check=False)
    unknown = UnknownTopicOrPartitionError.errno
    missing = [name for name in wanted if described[name]["error_code"] == unknown]
    if missing:
        _create(admin, [wanted[name] for name in missing], counts, None)
    return tuple(missing)


def _counts(wanted: Mapping[str, Topic], partitions: int | None) -> dict[str, int]:
    return {
        topic.name: topic.partitions if topic.broadcast else partitions or topic.partitions
        for topic in wanted.values()
    }


def reach(client: Mapping[str, Any]) -> KafkaAdminClient:
    """An administrator of the Kafka there; TopicsError says in one line why there is none."""
    # Kafka's client logs each attempt to connect; one line from here is enough.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    try:
        return KafkaAdminClient(**blocking(client), bootstrap_timeout_ms=REACH_MS)
    except (KafkaError, OSError) as error:
        protocol = client.get("security_protocol", "PLAINTEXT")
        hint = "does it ask for another PRICETIDE_SECURITY_PROTOCOL?"
        if protocol != "PLAINTEXT":
            hint = "are its certificate, the user and the password right?"
        reason = f"{error} (spoken to in {protocol}: {hint})"
        raise TopicsError(f"no Kafka answers at {_servers(client)}: {reason}") from error


def blocking(client: Mapping[str, Any]) -> dict[str, Any]:
    """Options of an aiokafka client as kafka-python has them; TopicsError where no token is to be
    had, which the client would try on and on.
    """
    provider = client.get("sasl_oauth_token_provider")
    if provider is None:
        return dict(client)
    try:
        provider.now()
    except AsyncKafkaError as error:
        raise TopicsError(f"cannot log in to Kafka: {error}") from None
    return {**client, "sasl_oauth_token_provider": provider.blocking}


def _servers(client: Mapping[str, Any]) -> str:
    servers = client["bootstrap_servers"]
    return servers if isinstance(servers, str) else ",".join(servers)


def _partition_differences(
    wanted: Mapping[str, Topic],
    counts: Mapping[str, int],
    found: Mapping[str, Mapping[str, Any]],
    *,
    check: bool,
) -> list[SettingDifference]:
    differences = []
    for name, each in found.items():
        count = len(each["partitions"])
        if count == counts[name]:
            continue
        # Inputs may come in any number of partitions: what they hold is routed by SKU anyhow.
        free = wanted[name].direction == "in" and not wanted[name].broadcast
        if not (free or check):
            raise TopicsError(
                f"the number of partitions of {name} is {count}, not {counts[name]}; {MIGRATE}"
            )
        differences.append(SettingDifference(name, "partitions", str(counts[name]), str(count)))
    return differences


def _replication_differences(
    wanted: int | None, found: Mapping[str, Mapping[str, Any]]
) -> list[SettingDifference]:
    if wanted is None:
        return []
    factors = {
        name: min(len(partition["replica_nodes"]) for partition in each["partitions"])
        for name, each in found.items()
    }
    return [
        SettingDifference(name, "replication factor", str(wanted), str(factor))
        for name, factor in factors.items()
        if factor != wanted
    ]


def _setting_differences(admin: KafkaAdminClient, topics: list[Topic]) -> list[SettingDifference]:
    if not topics:
        return []
    resources = [
        ConfigResource(ConfigResourceType.TOPIC, topic.name, topic.settings) for topic in topics
    ]
    kept = admin.describe_configs(resources, config_filter="all")["topic"]
    return [
        SettingDifference(topic.name, setting, value, kept[topic.name][setting]["value"])
        for topic in topics
        for setting, value in topic.settings.items()
        if kept[topic.name][setting]["value"] != value
    ]


def _create(
    admin: KafkaAdminClient,
    topics: list[Topic],
    counts: Mapping[str, int],
    replication: int | None,
) -> None:
    options = {
        topic.name: {
            "num_partitions": counts[topic.name],
            "replication_factor": replication or DEFAULT,
            "configs": topic.settings,
        }
        for topic in topics
    }
    answer = admin.create_topics(options, raise_errors=False)
    for topic in answer["topics"]:
        error = for_code(topic["error_code"])
        # Somebody else created it in between, which is just as well.
        if topic["error_code"] and error is not TopicAlreadyExistsError:
            if error.retriable:
                raise error(topic["error_message"])
            reason = topic["error_message"] or error.__name__
            raise TopicsError(f"topic {topic['name']} was not created: {reason}")
    admin.wait_for_topics(list(options))
