"""How far a reader of a partition has come, where it is done with records out of order."""

from __future__ import annotations


class Places:
    """Offsets that were handed out and are not done yet; what is before all of them may be
    committed.
    """

    def __init__(self) -> None:
        self._open: dict[int, None] = {}
        self._next: int | None = None
        self._committed: int | None = None

    def hand_out(self, offset: int) -> None:
        """A record was read, and must be done before the place moves past it."""
        self._open[offset] = None
        self._next = offset + 1

    def pass_over(self, offset: int) -> None:
        """A record was read, and there is nothing to do with it."""
        self._next = offset + 1

    def is_open(self, offset: int) -> bool:
        """Whether it was handed out, and is not done."""
        return offset in self._open

    def done(self, offset: int) -> None:
        """What was handed out is done."""
        self._open.pop(offset, None)

    def to_commit(self) -> int | None:
        """The offset to go on from after a restart; None where it is committed already."""
        place = next(iter(self._open), self._next)
        return None if place == self._committed else place

    def committed(self, place: int) -> None:
        """Kafka has it."""
        self._committed = place
