"""The one exception of the embedded broker."""

from streams.errors import ExpectedError


class BrokerError(ExpectedError):
    """The embedded broker cannot be installed, started or kept running; the message says why."""
