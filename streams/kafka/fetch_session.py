"""What a broker knows of our fetches, so that each names no more than what has changed (KIP-227).

Without a session each fetch names every partition, and so does each answer. Of the seventy
partitions that ingest reads, two or three have something new.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

#: A topic's id, and a partition's number.
Place = tuple[bytes, int]
#: The epoch of a fetch that names everything and asks for a session.
_FIRST = 0
_LARGEST_EPOCH = 2**31 - 1


class Wanted(NamedTuple):
    """What is asked for of a partition: records from `offset` on, so many bytes at most."""

    offset: int
    most: int


class SessionChange(NamedTuple):
    """What a fetch says: which session it is of, and what is different since the last one."""

    session: int
    epoch: int
    wanted: Mapping[Place, Wanted]
    forgotten: list[Place]


class FetchSession:
    """Our side of a session with one broker; one fetch is under way at a time.

    After anything that leaves open what the broker knows, `restart`.
    """

    def __init__(self) -> None:
        self._id = 0
        self._epoch = _FIRST
        self._known: Mapping[Place, Wanted] = {}

    def restart(self) -> None:
        """Tell everything with the next fetch, and have everything told by its answer."""
        self._epoch = _FIRST

    def ask(self, wanted: Mapping[Place, Wanted]) -> SessionChange:
        """What to say for the broker to read all that is `wanted`, and nothing else."""
        known = {} if self._epoch == _FIRST else self._known
        changed = {place: each for place, each in wanted.items() if known.get(place) != each}
        self._known = wanted
        return SessionChange(
            self._id, self._epoch, changed, [each for each in known if each not in wanted]
        )

    def answered(self, session: int, error: int) -> None:
        """Take note of an answer: the session that it is of, 0 where the broker has no room for
        one, and the broker's error, where it does not keep the session any more.
        """
        if error or not session:
            self.restart()
        else:
            self._id, self._epoch = session, self._epoch % _LARGEST_EPOCH + 1
