"""Identifiers that leave their meaning behind at the border."""

from __future__ import annotations

from hashlib import blake2b

#: Entries remembered; people come back, so most look-ups are hits. Cleared when full.
REMEMBERED = 1 << 18
#: Copied for every hash: half the price of making one.
_FRESH = blake2b(digest_size=8)


class KeyedHash:
    """64-bit keyed BLAKE2b of identifiers (RFC 7693), as signed integers; 0 stands for none.

    Without the key nobody can link a hash to a customer, or tell which of a list of customers it
    is. The kind (`customer`, `session`) is part of what is hashed, so equal texts of different
    kinds differ.
    """

    def __init__(self, key: bytes, kind: str) -> None:
        self._state = blake2b(kind.encode() + b"\0", digest_size=8, key=key[:64])
        self._known: dict[str, int] = {}

    def __call__(self, identifier: str | None) -> int:
        """The hash of an identifier."""
        if identifier is None:
            return 0
        known = self._known.get(identifier)
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            state = self._state.copy()
            state.update(identifier.encode())
            known = self._known[identifier] = int.from_bytes(state.digest(), "little", signed=True)
        return known


def public_hash(text: str) -> int:
    """64-bit BLAKE2b of an identifier that is no secret (an order, an event), never 0."""
    state = _FRESH.copy()
    state.update(text.encode())
    return int.from_bytes(state.digest(), "little", signed=True) or 1
