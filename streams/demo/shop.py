"""A shop that applies Pricetide's prices: all that a downstream consumer has to do."""

from __future__ import annotations

from collections.abc import Callable

from schemas.values.instants import to_ms
from streams.client.feed import PriceFeed
from streams.client.records import Change
from streams.configuration.settings import Settings


async def run(settings: Settings, shown: Callable[[Change], None]) -> None:
    """Show and acknowledge changes until cancelled.

    The topic keeps the last change of every offer: a restart reads it again, and there is no
    consumer group. The demo plays the past, so what it answers bears the past's time.
    """
    async with PriceFeed(settings) as feed:
        async for change in feed:
            shown(change)
            await feed.acknowledge(change, at=to_ms(change.effective_at))
