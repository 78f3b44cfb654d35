"""Errors that are expected: they end a command with one line and an exit status, no traceback."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    WRONG_INPUT = 2
    STOPPED = 3
    INTERRUPTED = 130


#: What each status means, as `pricetide --help` says it.
MEANINGS = {
    ExitStatus.DONE: "done",
    ExitStatus.FAILED: "it could not be done (Kafka is away, a port is taken), or a check failed",
    ExitStatus.WRONG_INPUT: "a flag, a setting or a file is wrong, or a package is missing",
    ExitStatus.STOPPED: "a worker stopped at once: another took over, or going on was not safe",
    ExitStatus.INTERRUPTED: "interrupted by Ctrl-C",
}


class ExpectedError(Exception):
    """Something outside went wrong; the message says what, and what to do, in one line."""

    exit_status = ExitStatus.FAILED


class InputError(ExpectedError):
    """A flag, a setting or a file cannot be used."""

    exit_status = ExitStatus.WRONG_INPUT


class InterruptedCommand(ExpectedError):  # noqa: N818
    """Ctrl-C came; the message says what that means for the work."""

    exit_status = ExitStatus.INTERRUPTED


class BrokerError(ExpectedError):
    """The embedded broker cannot be installed, started or kept running; the message says why."""


class DemoError(ExpectedError):
    """The demo cannot go on; the message says why."""
