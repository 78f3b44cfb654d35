"""A node's settings: what makes Apache Kafka small, quick to start and quick on two cores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from streams.kafka.broker.security import Security

CLIENT, INTERNAL, CONTROLLER = "CLIENT", "INTERNAL", "CONTROLLER"
LONG_MAX = 2**63 - 1
MIB = 2**20
DAY_MS = 86_400_000
# Eight records of Kafka's default limit: a dead letter holds one of them and its headers.
LARGEST_MESSAGE = 8 * 1_048_588

# One rolling file per node, whose path comes as a Java system property, so that no file name
# needs escaping here. Log4j's own shutdown hook would silence Kafka's orderly shutdown; the
# settings, a thousand lines a start, are in `server.properties` already.
LOG_CONFIGURATION = """\
<Configuration status="WARN" shutdownHook="disable">
  <Appenders>
    <RollingFile name="file" fileName="${sys:broker.log}" filePattern="${sys:broker.log}.%i">
      <PatternLayout pattern="[%d] %p %m (%c)%n"/>
      <SizeBasedTriggeringPolicy size="16MB"/>
      <DefaultRolloverStrategy max="2"/>
    </RollingFile>
  </Appenders>
  <Loggers>
    <Logger name="org.apache.kafka.common.config.AbstractConfig" level="WARN"/>
    <Root level="INFO"><AppenderRef ref="file"/></Root>
  </Loggers>
</Configuration>
"""


@dataclass(frozen=True)
class Address:
    """Where one node listens."""

    node: int
    host: str
    client: int
    internal: int
    controller: int


def properties(
    address: Address, cluster: Sequence[Address], data: Path, log: Path, security: Security
) -> dict[str, str]:
    """Return the settings of one node.

    Parameters
    ----------
    address, cluster
        This node, and all nodes with it.
    data
        The cluster's data folder, where keys are.
    log
        The folder of this node's partitions.
    security
        What its client listener demands.
    """
    host = address.host
    listeners = {CLIENT: address.client, INTERNAL: address.internal}
    advertised = ",".join(f"{name}://{host}:{port}" for name, port in listeners.items())
    replicas = len(cluster)
    in_sync = min(2, replicas)
    return {
        "process.roles": "broker,controller",
        "node.id": str(address.node),
        "controller.quorum.voters": ",".join(
            f"{each.node}@{each.host}:{each.controller}" for each in cluster
        ),
        "listeners": f"{advertised},{CONTROLLER}://{host}:{address.controller}",
        "advertised.listeners": advertised,
        "listener.security.protocol.map": (
            f"{CLIENT}:{security.protocol},{INTERNAL}:PLAINTEXT,{CONTROLLER}:PLAINTEXT"
        ),
        "inter.broker.listener.name": INTERNAL,
        "controller.listener.names": CONTROLLER,
        "log.dirs": str(log),
        **_replication(replicas, in_sync),
        **_SPEED,
        **_TRANSACTIONS,
        **security.properties(data, CLIENT),
    }


def _replication(replicas: int, in_sync: int) -> dict[str, str]:
    return {
        "default.replication.factor": str(replicas),
        "min.insync.replicas": str(in_sync),
        "offsets.topic.replication.factor": str(replicas),
        "transaction.state.log.replication.factor": str(replicas),
        "transaction.state.log.min.isr": str(in_sync),
        "share.coordinator.state.topic.replication.factor": str(replicas),
        "share.coordinator.state.topic.min.isr": str(in_sync),
        # A node that was killed is noticed, and may come back, after 3 s rather than 9.
        "broker.heartbeat.interval.ms": "500",
        "broker.session.timeout.ms": "3000",
    }


_SPEED = {
    # A quorum without news writes none: Kafka's own is a record every half second.
    "metadata.max.idle.interval.ms": "0",
    # Sized for two cores that the clients share.
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
    "log.cleaner.threads": "1",
    # A pass of the cleaner takes a good part of a core for a second: Kafka's own 15 s between
    # passes are what a price waits for longest.
    "log.cleaner.backoff.ms": "120000",
    # 16 MiB tell 700,000 keys apart in one pass; Kafka's own 128 MiB would be a third of the heap.
    "log.cleaner.dedupe.buffer.size": str(16 * MIB),
    # Only closed segments are compacted or deleted; small ones keep a small disk small.
    "log.segment.bytes": str(128 * MIB),
    "message.max.bytes": str(LARGEST_MESSAGE),
    "replica.fetch.max.bytes": str(LARGEST_MESSAGE),
    "socket.send.buffer.bytes": str(MIB),
    "socket.receive.buffer.bytes": str(MIB),
    # Topics are made on purpose, with their settings; a misspelt name must fail.
    "auto.create.topics.enable": "false",
    "num.partitions": "8",
    # A replay's records are as old, and a simulation's as new, as their events are: neither may
    # be refused, or deleted minutes after they were written because of a topic's retention.
    "log.message.timestamp.after.max.ms": str(LONG_MAX),
    "log.retention.ms": "-1",
    "log.retention.check.interval.ms": str(1000 * DAY_MS),
    # A group starts at once, where production waits for more members.
    "group.initial.rebalance.delay.ms": "0",
    # Fewer than the 50 that a large cluster needs: each costs a folder, and time at the start.
    "offsets.topic.num.partitions": "6",
}

_TRANSACTIONS = {
    "transaction.state.log.num.partitions": "6",
    # An orphaned transaction ends within a second of its time-out, not ten.
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
}


def to_text(settings: Mapping[str, str]) -> str:
    """Return the settings in Java's properties format."""
    lines = (f"{name}={value}".replace("\\", "\\\\") for name, value in settings.items())
    return "\n".join(lines) + "\n"
