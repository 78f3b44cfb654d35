"""Identifiers that leave their meaning behind at the border."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from online_models.pricing.state.shoppers import name

#: Entries remembered; people come back, so most look-ups are hits. Cleared when full.
REMEMBERED = 1 << 18
#: Copied for every hash: half the price of making one.
_FRESH = blake2b(digest_size=8)


class KeyedHash(dict[str | None, int]):
    """64-bit keyed BLAKE2b of identifiers (RFC 7693), as signed integers; 0 stands for none.

    Without the key nobody can link a hash to a customer, or tell which of a list of customers it
    is. The kind (`customer`, `session`) is part of what is hashed, so equal texts of different
    kinds differ. It is a mapping that remembers what it was asked for.
    """

    def __init__(self, key: bytes, kind: str) -> None:
        super().__init__({None: 0})
        self._state = blake2b(kind.encode() + b"\0", digest_size=8, key=key[:64])

    def __missing__(self, identifier: str) -> int:
        if len(self) >= REMEMBERED:
            self.clear()
            self[None] = 0
        state = self._state.copy()
        state.update(identifier.encode())
        hashed = int.from_bytes(state.digest(), "little", signed=True)
        self[identifier] = hashed
        return hashed

    def text(self, identifier: str) -> str:
        """The hash as text, as `price-offers` name customers."""
        return name(self[identifier])

    def each(self, identifiers: Sequence[str | None]) -> Sequence[int] | int:
        """The hash of each identifier; 0 alone where there is none at all."""
        if identifiers.count(None) == len(identifiers):
            return 0
        return list(map(self.__getitem__, identifiers))


def public_hash(text: str) -> int:
    """64-bit BLAKE2b of an identifier that is no secret (an order, an event), never 0."""
    state = _FRESH.copy()
    state.update(text.encode())
    return int.from_bytes(state.digest(), "little", signed=True) or 1
