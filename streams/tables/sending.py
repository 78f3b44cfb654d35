"""Records to Kafka, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence

from streams.configuration.settings import Settings
from streams.kafka.clients import BATCH, producer
from streams.tables.records import Made
from streams.terminal.progress import Show

#: ms for all of an import: Kafka's own limit for a transaction.
TRANSACTION_MS = 900_000
SOME = 1000


async def send(settings: Settings, records: Sequence[Made], show: Show) -> None:
    """Write the records in one transaction: readers see all of them at once. KafkaError.

    The user needs the right to write with the transactional id APP-import.
    """
    writer = producer(
        settings,
        transactional_id=f"{settings.app}-import",
        transaction_timeout_ms=TRANSACTION_MS,
        max_batch_size=BATCH,
        linger_ms=5,
    )
    async with writer, writer.transaction():
        for number, record in enumerate(records, 1):
            await writer.send(record.topic, record.value, key=record.key, timestamp_ms=record.time)
            if not number % SOME:
                show(number)
