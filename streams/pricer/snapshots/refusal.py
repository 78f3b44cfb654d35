"""What stops a release before version 13 where a later one has saved the state.

Such a release passes over snapshots of versions that it does not know, and would go on in older
state: with other prices than those that were published since. So beside each snapshot lies one of
the version that it knows, which stands for all of the journal and holds no state. It stops at it,
and its last words are those that are written there.
"""

from __future__ import annotations

import zlib
from functools import cache

import msgspec

from online_models.persistence.versions import VERSION
from streams.pricer.snapshots.codec import ARRAY, SnapshotPart

#: The version that those releases know.
KNOWN = 12
#: Beyond any offset of a journal: no snapshot is newer.
EVERYTHING = 1 << 62


@cache
def refusal() -> bytes:
    """A snapshot that no release restores: one column, of a type that there is not."""
    # NumPy takes a comma for the end of a type's name
    words = (
        f"SNAPSHOT OF VERSION {VERSION}: this release reads version {KNOWN} alone; "
        "start the release that wrote it or a later one"
    )
    head = msgspec.msgpack.encode((words, [0]))
    column = msgspec.msgpack.Ext(ARRAY, len(head).to_bytes(2, "little") + head)
    data = zlib.compress(msgspec.msgpack.encode(column))
    part = SnapshotPart(KNOWN, EVERYTHING, 0, 1, zlib.crc32(data), data)
    return msgspec.msgpack.encode(part)
