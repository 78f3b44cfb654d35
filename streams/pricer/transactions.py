"""Whether this Kafka offers the transactions that exactly-once needs; asked before a worker starts.

Where they are not to be had, Kafka's answer is "try again" for ever: a worker would wait in
silence.
"""

from __future__ import annotations

import asyncio

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.configuration.settings import Settings
from streams.errors import ExpectedError
from streams.kafka.clients import bootstrap, client

#: A cluster that has just started makes its transaction log first, which takes a few seconds.
PATIENCE_SECONDS = 20.0
#: For a client that has found no coordinator, to let go.
LEAVE_SECONDS = 2.0


class NoTransactionsError(ExpectedError):
    """Kafka does not offer transactions; the message says why and what helps."""


async def require_transactions(settings: Settings, patience: float = PATIENCE_SECONDS) -> None:
    """Have a transactional id registered, which the broker writes down as safely as it would a
    commit.

    Raises
    ------
    NoTransactionsError
        It refused, or has not done it after `patience` seconds.
    """
    identity = f"{settings.app}-check"
    producer = AIOKafkaProducer(**client(settings), transactional_id=identity)
    servers = bootstrap(settings)
    try:
        await asyncio.wait_for(producer.start(), patience)
    except TimeoutError:
        raise NoTransactionsError(
            f"Kafka at {servers} has offered no transaction for {patience:.0f} s: its"
            " transaction.state.log.replication.factor or transaction.state.log.min.isr asks for"
            " more brokers than are up. Mend that, or choose --delivery at-least-once"
        ) from None
    except KafkaError as error:
        raise NoTransactionsError(
            f"Kafka at {servers} refuses the transactions of {identity!r}: {error}. Allow"
            f" transactional ids that begin with {settings.app!r}, or choose --delivery"
            " at-least-once"
        ) from None
    finally:
        await asyncio.wait([asyncio.ensure_future(producer.stop())], timeout=LEAVE_SECONDS)
