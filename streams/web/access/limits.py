"""How much one client may ask for."""

from __future__ import annotations

import time
from collections import OrderedDict

#: Requests a second over time, and at once: a page and its parts are about ten.
PER_SECOND = 50.0
AT_ONCE = 200.0
#: Clients that are remembered.
MOST = 10_000
#: Bytes of a request: a batch of events, or anything else.
LARGEST_BATCH = 8 << 20
LARGEST_BODY = 1 << 20


class RateLimit:
    """A bucket of requests for each client, filled at a constant rate."""

    def __init__(self) -> None:
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admits(self, client: str) -> bool:
        """Take one request of the client's; whether there was one left."""
        now = time.monotonic()
        left, at = self._left.pop(client, (AT_ONCE, now))
        left = min(AT_ONCE, left + (now - at) * PER_SECOND)
        admitted = left >= 1.0
        self._left[client] = (left - 1.0 if admitted else left, now)
        if len(self._left) > MOST:
            self._left.popitem(last=False)
        return admitted
