"""An event loop whose time is made up, and processes on it that can freeze or die at any await."""

from __future__ import annotations

import asyncio
import logging
import warnings
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from heapq import heappop, heappush
from typing import Any, NoReturn

from streams.kafka.surroundings import CURRENT, Surroundings

#: Turns of the loop that a run takes at most: one that takes more turns in a circle.
MOST_TURNS = 2_000_000
#: Whose code runs; None for the broker and the world.
PROCESS: ContextVar[Process | None] = ContextVar("PROCESS", default=None)


class CircleError(RuntimeError):
    """The run does not come to an end."""


class Turn(list[Any]):
    """A call that is due: [time, order, callback, arguments, context], made and compared by C.

    Thousands are made in a run: asyncio's own handles take three times as long.
    """

    __slots__ = ()

    def cancel(self) -> None:
        """Let it not happen."""
        self[2] = None

    def when(self) -> float:
        """The time at which it is due."""
        at: float = self[0]
        return at


class Process:
    """What a worker's tasks have in common: they stop together."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.frozen_until = 0.0
        #: Turns that it has had, and what happens to it before a turn.
        self.turns = 0
        self._strikes: dict[int, Callable[[], None]] = {}
        #: Whether it may be that it has no turn.
        self.troubled = False
        #: Called when it has died.
        self.on_death: Callable[[str], None] = lambda _why: None
        self._held: deque[Turn] = deque()

    def die(self, why: str) -> None:
        """End at once: none of its tasks gets another turn, and nothing is tidied up."""
        if self.alive:
            self.alive, self.troubled = False, True
            self._held.clear()
            self.on_death(why)

    def strike_after(self, turns: int, strike: Callable[[], None]) -> None:
        """Have something happen to it once it has had so many more turns."""
        self._strikes[self.turns + turns] = strike
        self.troubled = True

    def freeze(self, until: float) -> None:
        """Have no turn before a time."""
        self.frozen_until = max(self.frozen_until, until)
        self.troubled = True

    def may_run(self, turn: Turn, now: float) -> bool:
        """Whether it may have this turn; a frozen process has it when it wakes."""
        if self.turns in self._strikes:
            self._strikes.pop(self.turns)()
        if not self.alive:
            return False
        if now < self.frozen_until:
            self._held.append(turn)
            return False
        self.troubled = bool(self._strikes)
        return True

    def wake(self) -> deque[Turn]:
        """What has waited for it to wake."""
        held, self._held = self._held, deque()
        return held


class _Over(Surroundings):
    """Those of what is closed when a run is over."""

    def end(self, status: int) -> NoReturn:
        """It has ended."""
        raise SystemExit(status)


class Loop(asyncio.BaseEventLoop):
    """Runs what is due, and moves the time on to what is due next."""

    def __init__(self) -> None:
        super().__init__()
        #: Seconds since the run began.
        self.now = 0.0
        #: Where what is of no process runs.
        self.outside = Context()
        self._order = 0
        self._due: list[Turn] = []
        self._next: deque[Turn] = deque()
        #: Tasks are kept: one that is collected would run its `finally` after its process's death.
        self.kept: list[asyncio.Task[Any]] = []
        self.set_task_factory(self._keep)

    #: asyncio asks at each future whether it is to be traced: a call of C's that says no.
    get_debug = staticmethod(bool)

    def _keep(
        self, _loop: asyncio.AbstractEventLoop, work: Any, context: Context | None = None
    ) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(work, loop=self, context=context)
        self.kept.append(task)
        return task

    def time(self) -> float:
        """Seconds since the run began."""
        return self.now

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., Any], *arguments: Any, context: Context | None = None
    ) -> Turn:
        """Run at the next turn."""
        context = copy_context() if context is None else context
        turn = Turn((self.now, 0, callback, arguments, context))
        self._next.append(turn)
        return turn

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., Any],
        *arguments: Any,
        context: Context | None = None,
    ) -> Turn:
        """Run at a time."""
        context = copy_context() if context is None else context
        self._order += 1
        turn = Turn((when, self._order, callback, arguments, context))
        heappush(self._due, turn)
        return turn

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., Any],
        *arguments: Any,
        context: Context | None = None,
    ) -> Turn:
        """Run after some seconds."""
        return self.call_at(self.now + delay, callback, *arguments, context=context)

    def freeze(self, process: Process, seconds: float) -> None:
        """Give a process no turn for some seconds, as SIGSTOP would."""
        process.freeze(self.now + seconds)
        self.call_at(process.frozen_until, self._wake, process, context=Context())

    def _wake(self, process: Process) -> None:
        if self.now >= process.frozen_until:
            self._next.extend(process.wake())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run until `work` is done; returns its result."""
        events._set_running_loop(self)
        try:
            task = self.create_task(work)
            self._run(task)
            return task.result()
        finally:
            self._bury()
            events._set_running_loop(None)

    def _run(self, task: asyncio.Task[Any]) -> None:
        due, ready = self._due, self._next
        for _ in range(MOST_TURNS):
            if task.done():
                return
            if not ready:
                if not due:
                    raise CircleError("everybody waits for somebody else")
                if due[0][0] > self.now:
                    self.now = due[0][0]
            now = self.now
            while due and due[0][0] <= now:
                ready.append(heappop(due))
            for _ in range(len(ready)):
                turn = ready.popleft()
                _, _, callback, arguments, context = turn
                if callback is None:
                    continue
                process: Process | None = context.get(PROCESS)
                if process is not None:
                    if process.troubled and not process.may_run(turn, now):
                        continue
                    process.turns += 1
                try:
                    context.run(callback, *arguments)
                except (SystemExit, KeyboardInterrupt):
                    raise
                except BaseException:  # a callback's error is nobody's, as in asyncio
                    continue
        raise CircleError(f"{MOST_TURNS} turns were not enough")

    def _bury(self) -> None:
        """Close what is left, with nobody listening."""
        said = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        try:
            with warnings.catch_warnings():
                # what a task has just called, and not awaited yet
                warnings.simplefilter("ignore", RuntimeWarning)
                self._close_tasks()
        finally:
            logging.disable(said)

    def _close_tasks(self) -> None:
        self._next.clear()
        self._due.clear()
        context = Context()
        context.run(CURRENT.set, _Over())
        for task in self.kept:
            if not task.done():
                task._log_destroy_pending = False  # type: ignore[attr-defined]
                try:
                    context.run(task.get_coro().close)
                except BaseException:  # whatever its `finally` ran into
                    continue
        self.kept.clear()
        self._next.clear()
        self._due.clear()
