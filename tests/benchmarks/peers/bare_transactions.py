"""What exactly-once takes with this client and this broker, with nothing to decide.

Reads the three busy topics at our pace, and writes one price for each competitor's price, in one
transaction with the offsets of all that was read; orders and clicks alone wait a tenth of a second,
as ours do.
Run by the benchmark as a process: python bare_transactions.py BOOTSTRAP INSTANCE
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.producer import sender

from streams.kafka.fetch_pacing import unhurried

PREFIX = "bare-"
GROUP = "bare"
COMPETITORS = PREFIX + "competitor-prices"
#: Seconds from one transaction to the next, with competitors' prices and without.
PACE_SECONDS, PATIENCE_SECONDS = 0.01, 0.1
sender.BACKOFF_OVERRIDE = 0.004


def price(record: Any) -> bytes:
    """The price that follows a competitor's."""
    event = json.loads(record.value)
    cause = {"partition": record.partition, "offset": record.offset}
    return json.dumps({"sku": event["sku"], "price": event["price"], "cause": cause}).encode()


async def main(bootstrap: str, instance: str) -> None:
    """Run until ended."""
    consumer = AIOKafkaConsumer(
        *[PREFIX + topic for topic in ("orders", "clickstream", "competitor-prices")],
        bootstrap_servers=bootstrap,
        group_id=GROUP,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        transactional_id=f"{GROUP}-{instance}",
        acks="all",
        retry_backoff_ms=10,
    )
    await consumer.start()
    unhurried(consumer, [PREFIX + "orders", PREFIX + "clickstream"])
    await producer.start()
    begun, read = 0.0, {}
    while True:
        for place, records in (await consumer.getmany(timeout_ms=100)).items():
            read.setdefault(place, []).extend(records)
        now, urgent = time.monotonic(), any(place.topic == COMPETITORS for place in read)
        if not read or (now - begun < PATIENCE_SECONDS and not urgent):
            continue
        await asyncio.sleep(max(0.0, begun + PACE_SECONDS - now))
        begun = time.monotonic()
        async with producer.transaction():
            for place, records in read.items():
                for record in records if place.topic == COMPETITORS else ():
                    await producer.send(
                        PREFIX + "prices", price(record), key=record.key, partition=place.partition
                    )
            ends = {place: records[-1].offset + 1 for place, records in read.items()}
            await producer.send_offsets_to_transaction(ends, GROUP)
        read = {}


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
