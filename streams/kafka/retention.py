"""Topics whose records Kafka must not remove for their age: those of a past that nobody has read.

Kafka counts a topic's retention from its records' own timestamps.
"""

from __future__ import annotations

from collections.abc import Iterable

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from schemas.topics import TOPICS, Topic
from schemas.values.instants import DAY
from streams.configuration.settings import Settings
from streams.kafka.admin import TopicsError, reach
from streams.kafka.clients import client, names

SETTING = "retention.ms"
FOR_EVER = "-1"


def keep_all(settings: Settings) -> None:
    """Let Kafka remove nothing by its age; KafkaError, TopicsError."""
    known = names(settings).of(TOPICS.values())
    admin = reach(client(settings))
    try:
        _keep(admin, [topic.name for topic in known if topic.retention_ms is not None])
    finally:
        admin.close()


def keep_as_old_as(settings: Settings, topic: Topic, age_ms: int) -> bool:
    """Let Kafka remove nothing from a topic by its age, where it keeps records for less than that;
    whether it was so. TopicsError.
    """
    name = names(settings).outer(topic.name)
    admin = reach(client(settings))
    try:
        wanted = ConfigResource(ConfigResourceType.TOPIC, name, {SETTING: ""})
        found = admin.describe_configs([wanted], config_filter="all")["topic"][name]
        kept = int(found[SETTING]["value"])
        if kept < 0 or kept > age_ms:
            return False
        _keep(admin, [name])
    except KafkaError as error:
        raise TopicsError(
            f"{name} is to keep records of {age_ms // DAY} days ago, and Kafka refuses to say or "
            f"to set how long it keeps them: {error}. Set {SETTING}={FOR_EVER} on it"
        ) from error
    finally:
        admin.close()
    return True


def _keep(admin: KafkaAdminClient, topics: Iterable[str]) -> None:
    admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name, {SETTING: FOR_EVER}) for name in topics],
        incremental=True,
    )
