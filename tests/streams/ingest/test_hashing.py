from __future__ import annotations

import pytest

from streams.ingest import hashing
from streams.ingest.hashing import KeyedHash, public_hash


def test_a_hash_depends_on_key_kind_and_identifier() -> None:
    hashes = {
        KeyedHash(key, kind)[who]
        for key in (b"k1", b"k2")
        for kind in ("customer", "session")
        for who in ("ada", "bob")
    }
    assert len(hashes) == 8
    assert all(-(2**63) <= h < 2**63 for h in hashes)


def test_nobody_is_zero() -> None:
    assert KeyedHash(b"k", "customer").each([None, None]) == 0
    assert KeyedHash(b"k", "customer").each([None, "a", None])[::2] == [0, 0]


def test_forgetting_changes_no_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "REMEMBERED", 2)
    hashed = KeyedHash(b"k", "customer")
    ids = [None, *map(str, range(9))]
    first = hashed.each(ids)
    assert hashed.each(ids) == [hashed[i] for i in ids] == first


def test_a_public_hash_is_the_same_everywhere_and_never_none() -> None:
    assert public_hash("orders\0e1") == public_hash("orders\0e1") != public_hash("orders\0e2")
    assert public_hash("") != 0
