"""From the changes to the shop: the newest of each offer, until the shop has answered."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from streams.apply.target import Answer, AwayError, Target
from streams.client.feed import PriceFeed
from streams.client.records import Change

#: Seconds before the first repetition, and at most.
FIRST_SECONDS, LONGEST_SECONDS = 1.0, 60.0
#: However long a shop asks to be left alone.
LONGEST_ASKED = 3600.0
#: ms that a look for changes takes while some wait.
BRIEF_MS = 20


@dataclass
class ChangeCounts:
    """What has become of changes."""

    applied: int = 0
    rejected: int = 0
    superseded: int = 0


@dataclass
class _Waiting:
    """A change that is to be sent, at `due` (monotonic seconds) or later."""

    change: Change
    due: float = 0.0
    tries: int = 0


@dataclass
class Applier:
    """Sends what the feed brings to the target, `batch` changes at a time, and answers for it.

    `say` is called with a line when the shop is away, or back.
    """

    feed: PriceFeed
    target: Target
    batch: int
    say: Callable[[str], None]
    counts: ChangeCounts = field(default_factory=ChangeCounts)
    _waiting: dict[tuple[str, str], _Waiting] = field(default_factory=dict)
    _away_until: float = 0.0
    _tries: int = 0

    async def run(self, stop: asyncio.Event, *, once: bool) -> None:
        """Go on until `stop` is set; with `once`, until all that was there is answered."""
        reached = not once
        while not stop.is_set():
            # also while the shop is away: the newest revision of each offer is kept, which is
            # little, and a reader that does not read is expelled from its group
            changes = await self.feed.take(*([BRIEF_MS] if self._waiting else []))
            for change in changes:
                self._add(change)
            due = self._due(time.monotonic())
            if due:
                await self._send(due)
            if once:
                reached = reached or (not changes and await self.feed.at_end())
                if reached and not self._waiting:
                    return

    def _add(self, change: Change) -> None:
        older = self._waiting.get(change.offer)
        if older is not None:
            self.feed.skip(older.change)
            self.counts.superseded += 1
        self._waiting[change.offer] = _Waiting(change)

    def _due(self, now: float) -> list[_Waiting]:
        if now < self._away_until:
            return []
        found = []
        for each in self._waiting.values():
            if each.due <= now:
                found.append(each)
                if len(found) == self.batch:
                    break
        return found

    async def _send(self, sent: list[_Waiting]) -> None:
        try:
            answers = await self.target.apply([each.change for each in sent])
        except AwayError as error:
            self._tries += 1
            wait = pause(self._tries) if error.seconds is None else error.seconds
            wait = min(wait, LONGEST_ASKED)
            self._away_until = time.monotonic() + wait
            self.say(f"the shop takes nothing: {error}; again in {wait:.0f} s")
            return
        if self._tries:
            self.say("the shop takes prices again")
        self._tries = 0
        await self._take_answers(sent, answers, time.time_ns() // 1_000_000)

    async def _take_answers(
        self, sent: list[_Waiting], answers: Mapping[str, Answer], moment: int
    ) -> None:
        for each in sent:
            answer = answers.get(each.change.decision_id, Answer("again"))
            if answer.status == "again":
                each.tries += 1
                each.due = time.monotonic() + pause(each.tries)
                if each.tries == 1 and answer.reason:
                    self.say(f"not taken: {_named(each.change)}: {answer.reason}; again, and again")
                continue
            del self._waiting[each.change.offer]
            if answer.status == "applied":
                await self.feed.acknowledge(each.change, at=moment)
                self.counts.applied += 1
            else:
                reason = answer.reason or "the shop says no"
                await self.feed.reject(each.change, reason, at=moment)
                self.say(f"rejected: {_named(each.change)}: {reason}")
                self.counts.rejected += 1


def _named(change: Change) -> str:
    return f"{change.sku} on {change.channel}, {change.price} {change.currency}"


def pause(tries: int) -> float:
    """Seconds before the next try: twice as long each time, not at the same moment for all."""
    longest: float = min(FIRST_SECONDS * 2.0 ** min(tries - 1, 16), LONGEST_SECONDS)
    return longest * random.uniform(0.5, 1.0)
