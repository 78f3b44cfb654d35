"""The Faust app that frames a worker, with the few parts of Faust that we must replace.

Faust tracks no offsets here: the journal's agent takes its stream without acknowledgement, and
each partition commits its own, behind what it has published.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, NoReturn

import faust
from faust.auth import OAuthCredentials, SASLCredentials, SSLCredentials
from faust.tables.manager import TableManager
from faust.transport.drivers import aiokafka as driver
from faust.types.auth import AuthProtocol

from streams.configuration.settings import Settings
from streams.errors import ExpectedError
from streams.kafka.clients import CLIENT_ID, FETCH_WAIT_MS, TOKENS, bootstrap, ssl_context
from streams.kafka.fetch_pacing import unhurried
from streams.kafka.surroundings import surroundings
from streams.kafka.tokens import tokens

logger = logging.getLogger(__name__)

#: Seconds until a silent worker's partitions are given to others. Static membership keeps them
#: for a worker that restarts within that time.
SESSION_TIMEOUT = 6
HEARTBEAT_INTERVAL = 1
#: Bytes of one partition in one fetch, unless a single record has more.
FETCH_BYTES = 1 << 20
#: Fetches that wait for the agent: the next one and the one after suffice to keep the fold busy.
STREAM_BUFFER = 2
Callback = Callable[..., Awaitable[None]]
#: Exit status of a worker that stopped rather than go wrong.
FAILED = 3


def die(why: str, error: BaseException) -> NoReturn:
    """End the process at once: whoever supervises it starts it again, and recovery takes up
    exactly where the last transaction ended. Going on would lose a record or publish it twice.
    """
    if isinstance(error, ExpectedError):
        logger.critical("%s: %s", why, error)
    else:
        logger.critical("%s: %r", why, error, exc_info=error)
    logging.shutdown()
    surroundings().end(FAILED)


class _ConsumerThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # Faust's own is a hard-coded 1.5 s
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        return consumer

    async def _commit(self, offsets: Mapping[Any, int]) -> bool:
        # Faust's own ends the worker where Kafka does not take them; whoever asked will ask again
        ours = {tp: offset for tp, offset in offsets.items() if tp in self.assignment()}
        if ours:
            await self._ensure_consumer().commit(ours)
        return bool(ours)


class _Consumer(driver.Consumer):  # type: ignore[misc]
    async def _drain_messages(self, fetcher: Any) -> None:
        """Deliver what is fetched.

        Faust's own makes two tasks for each message, to give it up where a rebalance begins, and
        so waits some turns of the event loop behind the fold. Only a message that has to wait for
        room needs them.
        """
        try:
            while not (self.should_stop or fetcher.should_stop):
                async for tp, message in self.getmany(timeout=1.0):
                    if self._has_room(tp):
                        await self.callback(message)
                    else:
                        await self.wait_first(self.callback(message), self.suspend_flow.wait())
                await asyncio.sleep(0)
        except (*self.consumer_stopped_errors, asyncio.CancelledError):
            if not self.app.should_stop:
                raise

    def _has_room(self, tp: Any) -> bool:
        channels = self.app.topics._tp_index.get(tp, ())
        flows = self.flow_active and self.app.flow_control.is_active()
        return flows and not any(channel.queue.full() for channel in channels)

    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)


class _Transport(driver.Transport):  # type: ignore[misc]
    Consumer = _Consumer


class Whole:
    """Hands on what a fetch brought of a partition as one message, its value the list of records:
    what Faust does for each message costs more than most records themselves.
    """

    def iterate(self, records: Mapping[Any, list[Any]]) -> Iterator[tuple[Any, Any]]:
        """One message for each partition, at the offset of its last record."""
        for tp, those in records.items():
            yield tp, dataclasses.replace(those[-1], value=those)


class _NoTables(TableManager):  # type: ignore[misc]
    async def on_start(self) -> None:
        """There are no tables: start without the second of sleep that they are given."""
        await self._update_channels()
        await self.recovery.start()


class App(faust.App):  # type: ignore[misc]
    """Faust with death instead of silence when an agent fails."""

    def _new_transport(self) -> _Transport:
        return _Transport(self.conf.broker_consumer, self)

    def ask_less_often(self, *topics: str) -> None:
        """From now on ask less often for records of these topics, and of no others."""
        unhurried(self.consumer._thread._ensure_consumer(), topics)

    async def _on_agent_error(self, agent: Any, error: BaseException) -> None:
        # Faust would restart the agent and lose the record
        die(f"{agent!r} failed", error)


def take_partitions(
    app: App,
    name: str,
    topic: str,
    handle: Callback,
    *,
    revoked: Callback,
    assigned: Callback,
    shut_down: Callback,
) -> None:
    """Have an agent read a topic as bytes, without acknowledging: whoever handles them commits its
    own offsets.
    """
    read = app.topic(
        topic,
        key_type=bytes,
        key_serializer="raw",
        value_type=bytes,
        value_serializer="raw",
        acks=False,
    )
    app.on_partitions_revoked.connect(revoked)
    # after Faust's own bookkeeping, before it seeks to the committed offsets and resumes:
    # `on_partitions_assigned` comes too late, records arrive before the state is there
    app.on_rebalance_complete.connect(assigned)
    # Faust revokes nothing when it stops
    app.on_before_shutdown.connect(shut_down)
    # what `app.agent` makes: that also looks for the line that calls it, as if for a decorator, in
    # every module loaded
    agent = app.conf.Agent(
        handle,
        app=app,
        name=name,
        channel=read,
        concurrency=1,
        isolated_partitions=True,
        on_error=app._on_agent_error,
    )
    app.agents[agent.name] = agent


def create(settings: Settings, group: str) -> App:
    """An app for one worker process of a consumer group."""
    servers = bootstrap(settings).split(",")
    instance = f"{settings.app}-{settings.instance}" if settings.instance else None
    return App(
        group,
        broker=[f"kafka://{server}" for server in servers],
        broker_client_id=CLIENT_ID,
        broker_credentials=_credentials(settings),
        store="memory://",
        web_enabled=False,
        topic_partitions=settings.partitions,
        topic_disable_leader=True,
        topic_allow_declare=False,
        broker_session_timeout=SESSION_TIMEOUT,
        broker_heartbeat_interval=HEARTBEAT_INTERVAL,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=instance,
        consumer_max_fetch_size=FETCH_BYTES,
        ConsumerScheduler=Whole,
        stream_recovery_delay=0,
        stream_buffer_maxsize=STREAM_BUFFER,
        stream_wait_empty=False,
        TableManager=_NoTables,
    )


def _credentials(settings: Settings) -> Any:
    protocol = settings.security_protocol
    if protocol == "PLAINTEXT":
        return None
    context = ssl_context(settings) if "SSL" in protocol else None
    if protocol == "SSL":
        return SSLCredentials(context)
    if settings.sasl_mechanism in TOKENS:
        bearer = OAuthCredentials(oauth_cb=tokens(settings), ssl_context=context)
        bearer.protocol = AuthProtocol(protocol)
        return bearer
    password = settings.sasl_password
    credentials = SASLCredentials(
        mechanism=settings.sasl_mechanism,
        username=settings.sasl_username,
        password=None if password is None else password.get_secret_value(),
        ssl_context=context,
    )
    credentials.protocol = AuthProtocol(protocol)
    return credentials
