"""Why the demo cannot go on."""

from __future__ import annotations


class DemoError(RuntimeError):
    """The demo cannot go on; the message says why, and what to do, in one line."""
