"""A shop's producer as a process of its own, which sends until it is killed: what Kafka does not
take in time is lost on its way.
"""

import sys
import time
from contextlib import suppress

from kafka import KafkaProducer
from kafka.errors import KafkaTimeoutError

from tests.integration.shop import traffic

SECONDS = 0.02

if __name__ == "__main__":
    producer = KafkaProducer(bootstrap_servers=sys.argv[1], max_block_ms=1000)
    for event in traffic.events(1_000_000, step=1000):
        with suppress(KafkaTimeoutError):
            producer.send(event.topic, event.value, event.key.encode(), timestamp_ms=event.time)
        time.sleep(SECONDS)
