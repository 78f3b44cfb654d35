"""The console as a process: its follower, its pages, and how they end."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress

from fastapi import FastAPI

from streams.configuration.redacted import Redacted
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.kafka.clients import bootstrap
from streams.recording.recorder import partition_counts
from streams.stopping import when_stopped
from streams.web.access.forms import form_key
from streams.web.access.oidc import oidc_sign_in
from streams.web.access.rules import (
    LOOPBACK_NAMES,
    AccessRules,
    group_roles,
    is_loopback,
    networks,
)
from streams.web.access.tokens import any_in_force
from streams.web.application import application
from streams.web.background import in_background
from streams.web.charts import draw
from streams.web.context import Context
from streams.web.http_server import HttpServer
from streams.web.memory import give_back, share_heaps
from streams.web.notify.receivers import receivers
from streams.web.notify.run import notify
from streams.web.outbox import Outbox
from streams.web.preview.jobs import Previews
from streams.web.store.database import open_store
from streams.web.store.follower import Follower
from streams.web.store.intake.take import TOPICS
from streams.web.store.progress import Progress
from streams.web.store.summary import StoreSummary
from streams.web.words.figures import Figures, is_locale
from streams.web.worker_watch import WorkerWatch

#: This machine alone, unless another address is given.
HOST = "127.0.0.1"
#: How often the shop is counted anew, where something has come; a large one less often, so that
#: pages have the processor to themselves for so many times as long as the count took.
COUNT_SECONDS, RESTS = 3.0, 4.0
#: How often it is looked whether something has stopped prices.
STOP_SECONDS = 0.2


def context_of(settings: Settings, host: str) -> Context:
    """Everything that the pages work with.

    Raises
    ------
    InputError
        A setting cannot be used, or nobody could be told from anybody on a port that others reach.
    """
    try:
        proxies = networks(settings.console_proxies)
        groups = group_roles(settings.console_groups)
    except ValueError as error:
        raise InputError(f"settings of the console: {error}") from None
    if not is_locale(settings.locale):
        raise InputError(f"setting locale: {settings.locale!r} is no locale such as en or de_CH")
    store = open_store(settings.store.get_secret_value())
    local, key = is_loopback(host), form_key(store)
    oidc = oidc_sign_in(settings, key)
    if not (local or proxies or oidc or any_in_force(store)):
        raise InputError(
            f"others can reach {host}, and nobody would be asked who they are: make a token "
            "(pricetide token create NAME --role look), name a trusted proxy "
            "(PRICETIDE_CONSOLE_PROXIES) or an OpenID provider (PRICETIDE_CONSOLE_OIDC_ISSUER)"
        )
    names = {*settings.console_hosts, *LOOPBACK_NAMES}
    if host not in ("0.0.0.0", "::"):
        names.add(f"[{host}]" if ":" in host else host)
    rules = AccessRules(
        frozenset(names),
        proxies,
        groups,
        open=local and oidc is None,
        four_eyes=settings.console_four_eyes,
    )
    figures = Figures(settings.locale, settings.timezone)
    return Context(
        settings,
        store,
        Progress(),
        StoreSummary(store, figures),
        Outbox(settings),
        rules,
        figures,
        key,
        Previews(settings),
        WorkerWatch(settings),
        oidc,
    )


async def serve(host: str, port: int, settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; says where once it listens.

    ExpectedError where the port or the store cannot be had, TopicsError where no Kafka answers,
    RecordingError where a topic is missing.
    """
    share_heaps()
    bootstrap(settings)
    if logging.lastResort is not None:  # what writes its lines
        logging.lastResort.addFilter(Redacted(settings))
    await asyncio.to_thread(partition_counts, settings, list(TOPICS))
    context = context_of(settings, host)
    whom = receivers(settings)
    app = application(context)
    server = HttpServer(app, host, port)
    when_stopped(lambda: _end(app, server))
    print(f"console {server.address}", flush=True)
    follower = Follower(settings, context.store, context.progress)
    tasks = [
        asyncio.create_task(server.listen()),
        asyncio.create_task(follower.run()),
        asyncio.create_task(keep_counting(context)),
        asyncio.create_task(_look_for_stops(context)),
        asyncio.create_task(context.workers.run()),
        asyncio.create_task(notify(context, whom)),
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        _end(app, server)
        await tasks[0]
        for task in done:
            task.result()
    finally:
        for task in tasks[1:]:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        context.store.dispose()


def _end(app: FastAPI, server: HttpServer) -> None:
    app.state.ending = True
    server.should_exit = True


def count_anew(context: Context) -> None:
    """Count the shop, and keep no more memory for it than it needs."""
    context.summary.renew()
    give_back()


async def keep_counting(context: Context) -> None:
    """Count the shop whenever something has come, until cancelled."""
    await asyncio.to_thread(draw.warm)
    seen = -1
    while True:
        rounds, began = context.progress.rounds, time.monotonic()
        if rounds != seen:
            await in_background(count_anew, context)
            seen = rounds
        await asyncio.sleep(max(COUNT_SECONDS, RESTS * (time.monotonic() - began)))


async def _look_for_stops(context: Context) -> None:
    seen = -1
    while True:
        rounds = context.progress.rounds
        if rounds != seen:
            await asyncio.to_thread(context.summary.look_for_stops)
            seen = rounds
        await asyncio.sleep(STOP_SECONDS)
