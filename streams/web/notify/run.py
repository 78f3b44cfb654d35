"""Tells of alerts for as long as the console runs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from streams.web.context import Context
from streams.web.notify import ledger
from streams.web.notify.message import Message
from streams.web.notify.receivers import NotSentError, Receiver
from streams.web.words.figures import plain

logger = logging.getLogger(__name__)
LOOK_SECONDS = 5.0


async def notify(context: Context, receivers: Sequence[Receiver]) -> None:
    """Look for new alerts, and send what is due, until cancelled."""
    while True:
        if context.progress.caught_up:
            await turn(context, receivers, time.time_ns() // 1_000_000)
        await asyncio.sleep(LOOK_SECONDS)


async def turn(context: Context, receivers: Sequence[Receiver], now: int) -> None:
    """One round, at `now` (ms since the epoch)."""
    names = [receiver.name for receiver in receivers]
    await asyncio.to_thread(ledger.tell, context.store, names, now)
    if await asyncio.to_thread(_digest_is_due, context, now):
        await asyncio.to_thread(ledger.tell_digest, context.store, names, digest(context), now)
    by_name = {receiver.name: receiver for receiver in receivers}
    for row in await asyncio.to_thread(ledger.due, context.store, now):
        receiver = by_name.get(row["receiver"])
        message = msgspec.json.decode(row["body"], type=Message)
        try:
            if receiver is None:
                raise NotSentError("it is no receiver any more")
            await receiver.send(message, f"alert-{row['id']}-{row['time']}")
        except NotSentError as error:
            logger.warning("no message to %s: %s", row["receiver"], error)
            arguments = (row["id"], row["attempts"], str(error), now)
            await asyncio.to_thread(ledger.failed, context.store, *arguments)
        else:
            await asyncio.to_thread(ledger.sent, context.store, row["id"], now)


def _digest_is_due(context: Context, now: int) -> bool:
    """Whether the hour has come, and no digest was put down since it came."""
    if context.settings.console_digest_hour is None:
        return False
    zone = ZoneInfo(context.settings.timezone)
    here = datetime.fromtimestamp(now / 1000, zone)
    hour = here.replace(
        hour=context.settings.console_digest_hour, minute=0, second=0, microsecond=0
    )
    begin = int(hour.timestamp() * 1000)
    return now >= begin > ledger.last_digest(context.store)


def digest(context: Context) -> Message:
    """The shop's day in a few lines."""
    counted, figures = context.summary.counted, context.figures
    up, down = counted.last_day.get("up", 0), counted.last_day.get("down", 0)
    brings = ", ".join(figures.signed(gain, money) for money, gain in counted.brings.items())
    lines = [
        f"{figures.number(up)} prices rose and {figures.number(down)} fell"
        + (f"; profit they should bring: {brings}" if brings else ""),
        f"{figures.number(counted.states.get('waiting', 0))} proposals wait for approval",
        f"{figures.number(counted.states.get('below-cost', 0))} offers are sold below cost",
        f"{figures.number(counted.dead)} records were refused",
    ]
    lines += [
        f"{figures.number(group['number'])} open alerts: {plain(group['kind'])}"
        for group in counted.alerts
    ]
    at = figures.instant(counted.now)
    return Message("digest", "info", f"Prices at {at}", lines, 1)
