"""What exactly-once takes with librdkafka, Kafka's client in C, with nothing to decide.

The job of `bare_transactions`.
Run by the benchmark as a process of Quix Streams' environment, which has that client:
python bare_librdkafka.py BOOTSTRAP INSTANCE
"""

import json
import sys
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

PREFIX = "bare-"
GROUP = "bare"
COMPETITORS = PREFIX + "competitor-prices"
#: Seconds from one transaction to the next, with competitors' prices and without.
PACE_SECONDS, PATIENCE_SECONDS = 0.01, 0.1
#: Fetches come back after so many ms, with all that came in between.
FETCH_MS = 6
#: Records taken at once.
MOST = 10_000

bootstrap, instance = sys.argv[1:3]
consumer = Consumer(
    {
        "bootstrap.servers": bootstrap,
        "group.id": GROUP,
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
        "fetch.min.bytes": 1_000_000,
        "fetch.wait.max.ms": FETCH_MS,
    }
)
producer = Producer(
    {
        "bootstrap.servers": bootstrap,
        "transactional.id": f"{GROUP}-{instance}",
        "linger.ms": 0,
        "retry.backoff.ms": 4,
        "retry.backoff.max.ms": 8,
    }
)


def publish(record) -> None:
    """Write the price that follows a competitor's."""
    event = json.loads(record.value())
    cause = {"partition": record.partition(), "offset": record.offset()}
    value = json.dumps({"sku": event["sku"], "price": event["price"], "cause": cause})
    producer.produce(PREFIX + "prices", value, record.key(), record.partition())


def main() -> None:
    """Run until ended."""
    producer.init_transactions()
    consumer.subscribe([PREFIX + topic for topic in ("orders", "clickstream", "competitor-prices")])
    begun, read = 0.0, []
    while True:
        # `consume` would wait for as many as it may bring
        first = consumer.poll(PATIENCE_SECONDS)
        for record in [*([first] if first else []), *consumer.consume(MOST, 0.0)]:
            if record.error():
                raise KafkaException(record.error())
            read.append(record)
        now, urgent = time.monotonic(), any(record.topic() == COMPETITORS for record in read)
        if not read or (now - begun < PATIENCE_SECONDS and not urgent):
            continue
        time.sleep(max(0.0, begun + PACE_SECONDS - now))
        begun = time.monotonic()
        producer.begin_transaction()
        for record in read:
            if record.topic() == COMPETITORS:
                publish(record)
        ends = {(record.topic(), record.partition()): record.offset() + 1 for record in read}
        producer.send_offsets_to_transaction(
            [TopicPartition(*place, end) for place, end in ends.items()],
            consumer.consumer_group_metadata(),
        )
        producer.commit_transaction()
        read = []


if __name__ == "__main__":
    main()
