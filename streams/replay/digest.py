"""Fingerprints of output topics that do not depend on how partitions interleave."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256


class Digest:
    """SHA-256 per key over the values in their order, and one over all keys."""

    def __init__(self) -> None:
        self._keys: dict[bytes, list[bytes]] = {}

    def add(self, key: bytes | None, value: bytes | None) -> None:
        """Take the next record."""
        self._keys.setdefault(key or b"", []).append(b"" if value is None else value)

    def by_key(self) -> dict[bytes, str]:
        """The fingerprint of every key's records."""
        return {key: _fingerprint(values) for key, values in sorted(self._keys.items())}

    def whole(self) -> str:
        """The fingerprint of all records, by key."""
        found = self.by_key()
        return _fingerprint([key + b" " + found[key].encode() for key in found])


def _fingerprint(values: Iterable[bytes]) -> str:
    hashed = sha256()
    for value in values:
        hashed.update(b"%d " % len(value))
        hashed.update(value)
    return hashed.hexdigest()
