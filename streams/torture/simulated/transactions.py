"""The coordinator of transactions: ids, epochs, fences."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiokafka.errors import ProducerFenced

from streams.torture.simulated.cluster import Log


@dataclass
class _Identity:
    epoch: int = -1
    #: The open transaction: its number, what it has written to, and when it began.
    transaction: int | None = None
    logs: list[Log] = field(default_factory=list)
    since: float = 0.0


class Coordinator:
    """Gives each transactional id one writer at a time."""

    def __init__(self) -> None:
        self._identities: dict[str, _Identity] = {}
        self._number = 0

    def initialise(self, name: str, timestamp: int) -> int:
        """Fence whoever wrote under an id, and end what they left open; returns the new epoch."""
        identity = self._identities.setdefault(name, _Identity())
        self._end(identity, timestamp, commit=False)
        identity.epoch += 1
        return identity.epoch

    def join(self, name: str, epoch: int, log: Log, now: float) -> int:
        """The transaction in which an id writes to a log; ProducerFenced."""
        identity = self._of(name, epoch)
        if identity.transaction is None:
            self._number += 1
            identity.transaction, identity.since = self._number, now
        if log not in identity.logs:
            identity.logs.append(log)
        return identity.transaction

    def commit(self, name: str, epoch: int, timestamp: int) -> None:
        """End a transaction, all of it; ProducerFenced."""
        self._end(self._of(name, epoch), timestamp, commit=True)

    def expire(self, now: float, seconds: float, timestamp: int) -> None:
        """Fence whoever has let a transaction lie open for so long."""
        for name, identity in list(self._identities.items()):
            if identity.transaction is not None and now - identity.since > seconds:
                self.initialise(name, timestamp)

    def names(self) -> list[str]:
        """The ids that are known."""
        return list(self._identities)

    def _of(self, name: str, epoch: int) -> _Identity:
        identity = self._identities[name]
        if identity.epoch != epoch:
            raise ProducerFenced
        return identity

    def _end(self, identity: _Identity, timestamp: int, *, commit: bool) -> None:
        if identity.transaction is not None:
            for log in identity.logs:
                log.close(identity.transaction, timestamp, commit=commit)
        identity.transaction, identity.logs = None, []
