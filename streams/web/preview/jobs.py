"""Trials that were asked for: one runs at a time, and the last ones are kept."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from streams.configuration.settings import Settings
from streams.web.preview.outcome import PolicyTrial
from streams.web.preview.process import PreviewError, previewed

#: Trials whose outcome is kept.
KEPT = 50
#: Those that may wait for their turn.
WAITING = 5
Run = Callable[[Settings, bytes], PolicyTrial]


class BusyError(Exception):
    """Too many wait already."""


def digest(document: Mapping[str, Any]) -> str:
    """What a document is known by: whoever activates it says which one they have looked at."""
    text = msgspec.json.encode(document, order="deterministic")
    return hashlib.blake2b(text, digest_size=12).hexdigest()


@dataclass
class PreviewJob:
    """A trial that was asked for; `trial` or `problem` is there once it is done."""

    document: Mapping[str, Any]
    began: float
    trial: PolicyTrial | None = None
    problem: str = ""

    @property
    def done(self) -> bool:
        """Whether it has ended, well or badly."""
        return self.trial is not None or bool(self.problem)

    @property
    def seconds(self) -> int:
        """How long ago it was asked for."""
        return round(time.monotonic() - self.began)


class Previews:
    """Trials by the key that a page asks for them with."""

    def __init__(self, settings: Settings, run: Run = previewed) -> None:
        self._settings = settings
        self._run = run
        self._jobs: dict[str, PreviewJob] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    def start(self, document: Mapping[str, Any]) -> str:
        """Try a policy that was found sound; returns the key. BusyError where many wait."""
        if len(self._tasks) >= WAITING:
            raise BusyError
        key = secrets.token_urlsafe(12)
        self._jobs[key] = PreviewJob(document, time.monotonic())
        while len(self._jobs) > KEPT:
            self._jobs.pop(next(iter(self._jobs)))
        task = asyncio.get_running_loop().create_task(self._do(self._jobs[key]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return key

    def get(self, key: str) -> PreviewJob | None:
        """The trial of a key, None where it is forgotten."""
        return self._jobs.get(key)

    async def wait(self, key: str) -> PreviewJob:
        """The trial once it is done."""
        job = self._jobs[key]
        while not job.done:
            await asyncio.sleep(0.1)
        return job

    async def _do(self, job: PreviewJob) -> None:
        async with self._turn:
            try:
                document = msgspec.json.encode(job.document)
                job.trial = await asyncio.to_thread(self._run, self._settings, document)
            except PreviewError as error:
                job.problem = str(error)
            except Exception:
                job.problem = "it failed; the console's log says why"
                raise
