"""An event loop whose time is made up, and processes on it that can freeze or die at any await."""

from __future__ import annotations

import asyncio
import heapq
import logging
import warnings
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar
from typing import Any, NoReturn

from streams.kafka.surroundings import CURRENT, Surroundings

#: Turns of the loop that a run takes at most: one that takes more turns in a circle.
MOST_TURNS = 2_000_000
#: Whose code runs; None for the broker and the world.
PROCESS: ContextVar[Process | None] = ContextVar("PROCESS", default=None)


class CircleError(RuntimeError):
    """The run does not come to an end."""


class Process:
    """What a worker's tasks have in common: they stop together."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.frozen_until = 0.0
        #: Turns that it has had, and what happens to it before a turn.
        self._turns = 0
        self._strikes: dict[int, Callable[[], None]] = {}
        #: Called when it has died.
        self.on_death: Callable[[str], None] = lambda _why: None
        self._held: deque[asyncio.Handle] = deque()

    def die(self, why: str) -> None:
        """End at once: none of its tasks gets another turn, and nothing is tidied up."""
        if self.alive:
            self.alive = False
            self._held.clear()
            self.on_death(why)

    def strike_after(self, turns: int, strike: Callable[[], None]) -> None:
        """Have something happen to it once it has had so many more turns."""
        self._strikes[self._turns + turns] = strike

    def may_run(self, handle: asyncio.Handle, now: float) -> bool:
        """Whether it may have this turn; a frozen process has it when it wakes."""
        if self._strikes and self._turns in self._strikes:
            self._strikes.pop(self._turns)()
        if not self.alive:
            return False
        if now < self.frozen_until:
            self._held.append(handle)
            return False
        self._turns += 1
        return True

    def wake(self) -> deque[asyncio.Handle]:
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
        self._now = 0.0
        self._turns = 0
        self._order = 0
        self._due: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._next: deque[asyncio.Handle] = deque()
        #: Tasks are kept: one that is collected would run its `finally` after its process's death.
        self.kept: list[asyncio.Task[Any]] = []
        self.set_task_factory(self._keep)
        self.set_exception_handler(lambda *_: None)

    def _keep(
        self, _loop: asyncio.AbstractEventLoop, work: Any, context: Context | None = None
    ) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(work, loop=self, context=context)
        self.kept.append(task)
        return task

    def time(self) -> float:
        """Seconds since the run began."""
        return self._now

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., Any], *arguments: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Run at the next turn."""
        handle = events.Handle(callback, arguments, self, context)
        self._next.append(handle)
        return handle

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., Any],
        *arguments: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Run at a time."""
        handle = events.TimerHandle(when, callback, arguments, self, context)
        self._order += 1
        heapq.heappush(self._due, (when, self._order, handle))
        return handle

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., Any],
        *arguments: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Run after some seconds."""
        return self.call_at(self._now + delay, callback, *arguments, context=context)

    def _timer_handle_cancelled(self, _handle: asyncio.TimerHandle) -> None:
        """A handle that was cancelled is passed over when it is due."""

    def freeze(self, process: Process, seconds: float) -> None:
        """Give a process no turn for some seconds, as SIGSTOP would."""
        process.frozen_until = max(process.frozen_until, self._now + seconds)
        self.call_at(process.frozen_until, self._wake, process, context=Context())

    def _wake(self, process: Process) -> None:
        if self._now >= process.frozen_until:
            self._next.extend(process.wake())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run until `work` is done; returns its result."""
        events._set_running_loop(self)
        try:
            task = self.create_task(work)
            while not task.done():
                self._turn()
            return task.result()
        finally:
            self._bury()
            events._set_running_loop(None)

    def _turn(self) -> None:
        due, ready = self._due, self._next
        if not ready:
            if not due:
                raise CircleError("everybody waits for somebody else")
            self._now = max(self._now, due[0][0])
        while due and due[0][0] <= self._now:
            ready.append(heapq.heappop(due)[2])
        for _ in range(len(ready)):
            handle = ready.popleft()
            if handle._cancelled:
                continue
            process = handle._context.get(PROCESS)  # type: ignore[attr-defined]
            if process is None or process.may_run(handle, self._now):
                handle._run()
        self._turns += 1
        if self._turns > MOST_TURNS:
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
