"""The one exception of the embedded broker."""


class BrokerError(RuntimeError):
    """The embedded broker cannot be installed, started or kept running; the message says why."""
