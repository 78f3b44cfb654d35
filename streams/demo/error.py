"""Why the demo cannot go on."""

from __future__ import annotations

from streams.errors import ExpectedError


class DemoError(ExpectedError):
    """The demo cannot go on; the message says why, and what to do, in one line."""
