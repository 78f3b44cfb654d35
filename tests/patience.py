"""How long a test waits for what must come: a busy machine gets there, and nobody waits longer."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 600.0


class Patience:
    """That of one wait, which begins now."""

    def __init__(self, seconds: float = PATIENCE_SECONDS) -> None:
        self._over = time.monotonic() + seconds

    def require(self, said: object = "it does not come") -> None:
        """AssertionError with what is `said` where the wait has been too long; what is called says
        it only then.
        """
        if time.monotonic() > self._over:
            raise AssertionError(said() if callable(said) else said)


def wait_until(
    condition: Callable[[], bool],
    said: object = "it does not come",
    *,
    seconds: float = PATIENCE_SECONDS,
    every_seconds: float = 0.1,
) -> None:
    """Look until the condition holds; else AssertionError as of `Patience.require`."""
    patience = Patience(seconds)
    while not condition():
        patience.require(said)
        time.sleep(every_seconds)
